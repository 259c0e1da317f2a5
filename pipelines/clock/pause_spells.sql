-- grain: one row per dossier and interval in which its clock stood still, overlapping pauses united
-- key: dossier_id, spell_no
-- reads: pauses, dossiers, dossier_calendars, calendar_days, applied_pause_policies
-- promises: to_second > from_second; work_seconds is null or work_seconds >= 0; to_at > from_at
-- A pause that was never ended lasts to the end of the dossier's clock. Pauses with the policy
-- ignore are left out; restarts says that the term begins anew when the interval ends. work_seconds
-- are null where the calendar does not cover its days. Seconds are narrow: a pause that begins
-- beyond 2038 is left out.

with clocks as (
    select
        *,
        coalesce(end_second, epoch_second(clock_end_at)) as last_second
    from dossier_calendars
),

clipped_pauses as (
    select
        calendars.dossier_no,
        pauses.pause_no,
        policies.policy,
        try_cast(
            clamp(epoch_second(pauses.paused_at), calendars.start_second, calendars.last_second)
            as integer
        ) as from_second,
        least(
            coalesce(epoch_second(pauses.resumed_at), calendars.last_second),
            calendars.last_second
        )::bigint as to_second,
        coalesce(epoch_second(pauses.resumed_at) > calendars.last_second, true) as is_unended
    from pauses
    inner join dossiers on pauses.dossier_id = dossiers.dossier_id
    inner join clocks as calendars on pauses.dossier_id = calendars.dossier_id
    left join applied_pause_policies as policies
        on coalesce(dossiers.procedure_id, '') = policies.procedure_id
        and coalesce(pauses.reason, '') = policies.reason
),

pause_starts as (
    select
        *,
        coalesce(
            from_second > max(to_second) over (
                partition by dossier_no
                order by from_second, pause_no
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_new
    from clipped_pauses
    where to_second > from_second
        and policy is distinct from 'ignore'
),

numbered_pauses as (
    select
        *,
        count(*) filter (where is_new) over (
            partition by dossier_no
            order by from_second, pause_no
            rows between unbounded preceding and current row
        ) as spell_no
    from pause_starts
),

united_pauses as (
    select
        dossier_no,
        spell_no,
        min(from_second) as from_second,
        max(to_second) as to_second,
        bool_or(is_unended) as is_unended,
        bool_or(coalesce(policy = 'restart', false)) as restarts
    from numbered_pauses
    group by dossier_no, spell_no
),

pause_spells as (
    select
        calendars.dossier_id,
        calendars.dossier_no,
        united_pauses.spell_no,
        to_timestamp(united_pauses.from_second) as from_at,
        to_timestamp(united_pauses.to_second) as to_at,
        united_pauses.is_unended and calendars.is_open as is_unended,
        united_pauses.restarts,
        (
            working_second(
                second_of_day(united_pauses.to_second, calendars.offset_seconds),
                last_day.c2, last_day.open_1, last_day.close_1, last_day.open_2, last_day.close_2
            )
            - working_second(
                second_of_day(united_pauses.from_second, calendars.offset_seconds),
                first_day.c2, first_day.open_1, first_day.close_1,
                first_day.open_2, first_day.close_2
            )
        )::bigint as work_seconds,
        united_pauses.from_second,
        united_pauses.to_second
    from united_pauses
    inner join dossier_calendars as calendars on united_pauses.dossier_no = calendars.dossier_no
    left join calendar_days as first_day
        on first_day.day_key = day_key(
            united_pauses.from_second, calendars.offset_seconds, calendars.key_base
        )
    left join calendar_days as last_day
        on last_day.day_key = day_key(
            united_pauses.to_second, calendars.offset_seconds, calendars.key_base
        )
)

select * from pause_spells
