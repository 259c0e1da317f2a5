-- grain: one row per dossier and segment of its clock, from its start to its end without a gap
-- key: dossier_no, from_second
-- reads: clocked_steps, dossier_calendars
-- promises: to_second > from_second; segment_no > 0; entered_second <= from_second or phase = 'gap'
-- Parallel steps share the time: it belongs to the one that arrived first. Where a log has no
-- arrival or start, waiting and service are not separable and phase says so. entered_second is when
-- the step of the segment began to wait, or to be handled without waiting.

with step_kinds as (
    select
        steps.dossier_no,
        steps.step_no,
        steps.arrived,
        steps.started,
        steps.finished,
        calendars.start_second,
        (
            case steps.step_kind
                when 'intake' then 'intake' when 'sign' then 'sign' when 'record' then 'record'
                when 'return' then 'return' when 'assign' then 'queue'
                when 'opinion' then 'external' when 'external' then 'external'
                when 'applicant' then 'external' else 'work'
            end
        )::segment_kind as kind
    from clocked_steps as steps
    inner join dossier_calendars as calendars on steps.dossier_no = calendars.dossier_no
    where coalesce(steps.arrived, steps.started, steps.finished) is not null
),

reached_instants as (
    select
        *,
        max(coalesce(finished, started, arrived)) over (
            partition by dossier_no
            order by coalesce(arrived, started, finished), step_no
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from step_kinds
),

step_instants as (
    select
        dossier_no,
        step_no,
        arrived,
        started,
        finished,
        reached_before is null as is_first,
        coalesce(reached_before, start_second) as reached,
        greatest(coalesce(reached_before, start_second), arrived) as entered,
        greatest(coalesce(reached_before, start_second), coalesce(started, arrived)) as handled,
        kind
    from reached_instants
),

segment_counts as (
    select
        *,
        coalesce(arrived > reached, false)::integer as n_gaps,
        coalesce(started > entered, false)::integer as n_waits,
        coalesce(finished > handled, false)::integer as n_handlings
    from step_instants
),

segment_offsets as (
    select
        *,
        coalesce(
            sum(n_gaps + n_waits + n_handlings) over (
                partition by dossier_no
                order by coalesce(arrived, started, finished), step_no
                rows between unbounded preceding and 1 preceding
            ), 0
        )::integer as n_before
    from segment_counts
),

gaps as (
    select
        dossier_no,
        step_no,
        (case when is_first then 'intake' else 'transfer' end)::segment_kind as kind,
        'gap'::segment_phase as phase,
        reached as from_second,
        arrived as to_second,
        arrived as entered_second,
        n_before + 1 as segment_no
    from segment_offsets
    where n_gaps = 1
),

waits as (
    select
        dossier_no,
        step_no,
        case when kind = 'work' then 'queue'::segment_kind else kind end as kind,
        (case when arrived is null then 'gap_or_wait' else 'wait' end)::segment_phase as phase,
        entered as from_second,
        started as to_second,
        entered as entered_second,
        n_before + n_gaps + 1 as segment_no
    from segment_offsets
    where n_waits = 1
),

handling as (
    select
        dossier_no,
        step_no,
        kind,
        (
            case
                when started is not null then 'handling'
                when arrived is not null then 'wait_or_handling'
                else 'not_separable'
            end
        )::segment_phase as phase,
        handled as from_second,
        finished as to_second,
        case when n_waits = 1 then entered else handled end as entered_second,
        n_before + n_gaps + n_waits + 1 as segment_no
    from segment_offsets
    where n_handlings = 1
),

last_instants as (
    select
        dossier_no,
        max(coalesce(finished, started, arrived)) as reached,
        bool_or(arrived is not null) as has_arrivals,
        sum(n_gaps + n_waits + n_handlings)::integer as n_before
    from segment_counts
    group by dossier_no
),

tails as (
    select
        calendars.dossier_no,
        null::bigint as step_no,
        (
            case
                when calendars.is_open and last_instants.has_arrivals then 'transfer'
                else 'unlogged'
            end
        )::segment_kind as kind,
        'gap'::segment_phase as phase,
        coalesce(last_instants.reached, calendars.start_second) as from_second,
        calendars.end_second as to_second,
        calendars.end_second as entered_second,
        coalesce(last_instants.n_before, 0) + 1 as segment_no
    from dossier_calendars as calendars
    left join last_instants on calendars.dossier_no = last_instants.dossier_no
    where calendars.end_second > coalesce(last_instants.reached, calendars.start_second)
),

step_segments as (
    select * from gaps
    union all
    select * from waits
    union all
    select * from handling
    union all
    select * from tails
    order by dossier_no, from_second
)

select * from step_segments
