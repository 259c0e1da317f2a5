-- grain: one row per dossier and segment: the stretches of its clock, pauses cut out, in seconds
-- key: dossier_no, from_second
-- reads: step_segments, pause_spells, dossier_calendars, calendar_days
-- promises: to_second > from_second; work_seconds >= 0
-- Only dossiers with a pause are cut; for the others the stretches of step_segments stand.

with whole as (
    select step_segments.*, false as is_paused
    from step_segments
    anti join pause_spells on step_segments.dossier_no = pause_spells.dossier_no
),

touched as (
    select step_segments.*
    from step_segments
    semi join pause_spells on step_segments.dossier_no = pause_spells.dossier_no
),

starts as (
    select *, from_second as second
    from touched
    union all
    select touched.*, spells.from_second as second
    from touched
    inner join pause_spells as spells
        on touched.dossier_no = spells.dossier_no
        and touched.from_second < spells.from_second
        and touched.to_second > spells.from_second
    union all
    select touched.*, spells.to_second as second
    from touched
    inner join pause_spells as spells
        on touched.dossier_no = spells.dossier_no
        and touched.from_second < spells.to_second
        and touched.to_second > spells.to_second
),

pieces as (
    select
        * exclude (second) replace (
            second as from_second,
            coalesce(
                lead(second) over (partition by dossier_no order by second), to_second
            ) as to_second
        )
    from starts
),

cut as (
    select pieces.*, spells.dossier_no is not null as is_paused
    from pieces
    left join pause_spells as spells
        on pieces.dossier_no = spells.dossier_no
        and pieces.from_second >= spells.from_second
        and pieces.from_second < spells.to_second
),

named as (
    select * from whole
    union all
    select * from cut
),

measured as (
    select
        named.dossier_no,
        named.from_second,
        named.to_second,
        case when named.is_paused then 'pause' else named.kind end as kind,
        case when named.is_paused then 'pause' else named.phase end as phase,
        named.step_no,
        named.norm_seconds,
        working_second(
            second_of_day(named.to_second, calendars.offset_seconds),
            last_day.c2, last_day.open_1, last_day.close_1, last_day.open_2, last_day.close_2
        )
        - working_second(
            second_of_day(named.from_second, calendars.offset_seconds),
            first_day.c2, first_day.open_1, first_day.close_1, first_day.open_2, first_day.close_2
        ) as work_seconds
    from named
    inner join dossier_calendars as calendars on named.dossier_no = calendars.dossier_no
    left join calendar_days as first_day
        on first_day.day_key = day_key(
            named.from_second, calendars.offset_seconds, calendars.key_base
        )
    left join calendar_days as last_day
        on last_day.day_key = day_key(
            named.to_second, calendars.offset_seconds, calendars.key_base
        )
)

select * from measured
