-- grain: one row per dossier and spell in which its clock stood still, overlapping pauses united
-- key: dossier_id, spell_no
-- reads: pauses, dossier_calendars
-- promises: to_second > from_second
-- A pause that was never ended lasts to the end of the dossier's clock.

with clipped as (
    select
        pauses.dossier_id,
        pauses.pause_no,
        greatest(epoch_second(pauses.paused_at), calendars.start_second) as from_second,
        least(
            coalesce(epoch_second(pauses.resumed_at), calendars.end_second),
            calendars.end_second
        ) as to_second
    from pauses
    inner join dossier_calendars as calendars on pauses.dossier_id = calendars.dossier_id
),

marked as (
    select
        *,
        coalesce(
            from_second > max(to_second) over (
                partition by dossier_id
                order by from_second, pause_no
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_new
    from clipped
    where to_second > from_second
),

numbered as (
    select
        *,
        count(*) filter (where is_new) over (
            partition by dossier_id
            order by from_second, pause_no
            rows between unbounded preceding and current row
        ) as spell_no
    from marked
),

spells as (
    select
        dossier_id,
        spell_no,
        min(from_second) as from_second,
        max(to_second) as to_second
    from numbered
    group by dossier_id, spell_no
)

select * from spells
