-- grain: one row per dossier and segment: each dossier's time split exactly, pauses cut out
-- key: dossier_id, segment_no
-- reads: step_segments, pause_spells, dossier_calendars, calendar_days
-- promises: to_at > from_at; work_seconds >= 0; clock_seconds > 0; overrun_seconds >= 0

with edges as (
    select dossier_id, from_second as second from step_segments
    union
    select dossier_id, from_second as second from pause_spells
    union
    select dossier_id, to_second as second from pause_spells
    union
    select dossier_id, end_second as second from dossier_calendars
),

pieces as (
    select
        dossier_id,
        second as from_second,
        lead(second) over (partition by dossier_id order by second) as to_second
    from edges
),

named as (
    select
        pieces.dossier_id,
        pieces.from_second,
        pieces.to_second,
        step_segments.kind,
        step_segments.phase,
        step_segments.step_no,
        step_segments.unit_id,
        step_segments.holder_id,
        step_segments.norm_seconds
    from pieces
    asof inner join step_segments
        on pieces.dossier_id = step_segments.dossier_id
        and pieces.from_second >= step_segments.from_second
    where pieces.to_second is not null
),

paused as (
    select
        named.*,
        coalesce(pause_spells.to_second > named.from_second, false) as is_paused
    from named
    asof left join pause_spells
        on named.dossier_id = pause_spells.dossier_id
        and named.from_second >= pause_spells.from_second
),

measured as (
    select
        paused.* replace (
            case when paused.is_paused then 'pause' else paused.kind end as kind,
            case when paused.is_paused then 'pause' else paused.phase end as phase
        ),
        working_second(
            second_of_day(paused.to_second, calendars.offset_seconds),
            last_day.c2, last_day.open_1, last_day.close_1, last_day.open_2, last_day.close_2
        )
        - working_second(
            second_of_day(paused.from_second, calendars.offset_seconds),
            first_day.c2, first_day.open_1, first_day.close_1, first_day.open_2, first_day.close_2
        ) as work_seconds
    from paused
    inner join dossier_calendars as calendars on paused.dossier_id = calendars.dossier_id
    left join calendar_days as first_day
        on first_day.day_key = day_key(
            paused.from_second, calendars.offset_seconds, calendars.key_base
        )
    left join calendar_days as last_day
        on last_day.day_key = day_key(
            paused.to_second, calendars.offset_seconds, calendars.key_base
        )
),

-- a step's norm covers its waiting and handling; what passes it counts where it happens
against_norm as (
    select
        *,
        sum(case when phase not in ('gap', 'pause') then work_seconds end) over (
            partition by dossier_id, step_no
            order by from_second
            rows between unbounded preceding and current row
        ) as step_seconds
    from measured
),

ledger as (
    select
        dossier_id,
        row_number() over (partition by dossier_id order by from_second) as segment_no,
        kind,
        phase,
        step_no,
        unit_id,
        holder_id,
        to_timestamp(from_second) as from_at,
        to_timestamp(to_second) as to_at,
        work_seconds::bigint as work_seconds,
        (to_second - from_second)::bigint as clock_seconds,
        case when phase not in ('gap', 'pause') then norm_seconds end as norm_seconds,
        case
            when phase not in ('gap', 'pause') and norm_seconds is not null then 'regulated'
            else 'none'
        end as norm_source,
        case
            when phase not in ('gap', 'pause')
                then held(step_seconds - norm_seconds, 0, work_seconds)::bigint
        end as overrun_seconds
    from against_norm
)

select * from ledger
