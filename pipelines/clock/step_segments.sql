-- grain: one row per dossier and stretch of its clock, from its start to its end without a gap
-- key: dossier_no, from_second
-- reads: steps, dossier_calendars
-- promises: to_second > from_second
-- Steps that run side by side share the time: it belongs to the one that came first. Where a log
-- holds no arrival or start, waiting and handling cannot be told apart and phase says so.

with clipped as (
    select
        calendars.dossier_no,
        steps.step_no,
        steps.step_kind,
        steps.norm_seconds,
        calendars.start_second,
        calendars.end_second,
        held(
            epoch_second(steps.arrived_at), calendars.start_second, calendars.end_second
        )::integer as arrived,
        held(
            epoch_second(steps.started_at), calendars.start_second, calendars.end_second
        )::integer as started,
        held(
            case
                when steps.finished_at is not null then epoch_second(steps.finished_at)
                when calendars.is_open and coalesce(steps.arrived_at, steps.started_at) is not null
                    then calendars.end_second
            end,
            calendars.start_second,
            calendars.end_second
        )::integer as finished
    from steps
    inner join dossier_calendars as calendars on steps.dossier_id = calendars.dossier_id
    where coalesce(steps.arrived_at, steps.started_at, steps.finished_at) is not null
),

-- a start before the arrival, or a finish before the start, is moved up to it: time runs one way
forward as (
    select
        * replace (
            case when started is not null then greatest(started, arrived) end as started,
            case when finished is not null then greatest(finished, started, arrived) end as finished
        )
    from clipped
),

followed as (
    select
        *,
        row_number() over (
            partition by dossier_no
            order by coalesce(arrived, started, finished), step_no
        ) = 1 as is_first,
        coalesce(
            max(coalesce(finished, started, arrived)) over (
                partition by dossier_no
                order by coalesce(arrived, started, finished), step_no
                rows between unbounded preceding and 1 preceding
            ),
            start_second
        ) as reached
    from forward
),

gaps as (
    select
        dossier_no, step_no, norm_seconds,
        case when is_first then 'intake' else 'transfer' end as kind,
        'gap' as phase,
        reached as from_second,
        arrived as to_second
    from followed
    where arrived > reached
),

waits as (
    select
        dossier_no, step_no, norm_seconds,
        case step_kind
            when 'intake' then 'intake' when 'sign' then 'sign' when 'record' then 'record'
            when 'return' then 'return' when 'opinion' then 'external'
            when 'external' then 'external' when 'applicant' then 'external' else 'queue'
        end as kind,
        case when arrived is null then 'gap_or_wait' else 'wait' end as phase,
        greatest(reached, coalesce(arrived, reached)) as from_second,
        started as to_second
    from followed
    where started > greatest(reached, coalesce(arrived, reached))
),

handling as (
    select
        dossier_no, step_no, norm_seconds,
        case step_kind
            when 'intake' then 'intake' when 'sign' then 'sign' when 'record' then 'record'
            when 'return' then 'return' when 'opinion' then 'external' when 'assign' then 'queue'
            when 'external' then 'external' when 'applicant' then 'external' else 'work'
        end as kind,
        case
            when started is not null then 'handling'
            when arrived is not null then 'wait_or_handling'
            else 'not_separable'
        end as phase,
        greatest(reached, coalesce(started, arrived, reached)) as from_second,
        finished as to_second
    from followed
    where finished > greatest(reached, coalesce(started, arrived, reached))
),

last_reached as (
    select
        dossier_no,
        max(coalesce(finished, started, arrived)) as reached,
        bool_or(arrived is not null) as has_arrivals
    from forward
    group by dossier_no
),

tails as (
    select
        calendars.dossier_no,
        null::bigint as step_no,
        null::bigint as norm_seconds,
        case
            when calendars.is_open and last_reached.has_arrivals then 'transfer'
            else 'unlogged'
        end as kind,
        'gap' as phase,
        coalesce(last_reached.reached, calendars.start_second) as from_second,
        calendars.end_second as to_second
    from dossier_calendars as calendars
    left join last_reached on calendars.dossier_no = last_reached.dossier_no
    where calendars.end_second > coalesce(last_reached.reached, calendars.start_second)
),

segments as (
    select * from gaps
    union all
    select * from waits
    union all
    select * from handling
    union all
    select * from tails
)

select * from segments
