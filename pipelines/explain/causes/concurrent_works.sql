-- grain: one row per judged dossier and step of work of which start, end and desk are known
-- key: dossier_no, step_code, unit_no
-- reads: time_against_peers, cause_steps, cause_dossiers, calendar_days
-- promises: milliseconds > 0; own_milliseconds > 0; own_milliseconds <= milliseconds;
--   stock_milliseconds >= milliseconds; n_at_end > 0
-- Who works on several dossiers in turn needs longer for each, though no more of the working time.
-- A dossier's own time is the sum of the working time between two clicks over the number of
-- dossiers that its holder then had begun and not ended. Where the log has the holders of fewer
-- than half of a unit's works, the desk is the unit (is_by_unit): own is then the least part that
-- it can have spent on the dossier. stock_milliseconds is the sum of the working time between two
-- clicks times that number, n_at_end the number just before the dossier's end, itself included.

with tasks as (
    select
        steps.dossier_no,
        steps.step_code,
        steps.unit_no,
        steps.holder_no,
        2 * count(steps.holder_no) over (partition by steps.unit_no, steps.step_code)
        < count(*) over (partition by steps.unit_no, steps.step_code) as is_by_unit,
        dossiers.quarter_no,
        working_second(
            second_of_day(steps.started_second, dossiers.offset_seconds),
            first_day.c2, first_day.open_1, first_day.close_1, first_day.open_2, first_day.close_2
        ) as started,
        working_second(
            second_of_day(steps.last_second, dossiers.offset_seconds),
            last_day.c2, last_day.open_1, last_day.close_1, last_day.open_2, last_day.close_2
        ) as ended
    from cause_steps as steps
    inner join cause_dossiers as dossiers on steps.dossier_no = dossiers.dossier_no
    semi join time_against_peers as works
        on works.part = 'work'
        and steps.dossier_no = works.dossier_no
        and steps.step_code = works.step_code
        and steps.unit_no = works.unit_no
    inner join calendar_days as first_day
        on first_day.day_key
        = day_key(steps.started_second, dossiers.offset_seconds, dossiers.key_base)
    inner join calendar_days as last_day
        on last_day.day_key
        = day_key(steps.last_second, dossiers.offset_seconds, dossiers.key_base)
    where steps.has_start
        and steps.has_finish
        and steps.last_second > steps.started_second
),

desk_tasks as (
    select
        *,
        dense_rank() over (
            order by
                is_by_unit,
                if(is_by_unit, unit_no, holder_no),
                if(is_by_unit, step_code, 0)
        ) as desk_no
    from tasks
    where ended > started
        and (is_by_unit or holder_no is not null)
),

clicks as (
    select
        desk_no,
        second,
        sum(change)::bigint as change
    from (
        select
            desk_no,
            unnest([started, ended]) as second,
            unnest([1, -1]) as change
        from desk_tasks
    ) as changes
    group by desk_no, second
),

spans as (
    select
        desk_no,
        second,
        lead(second) over (partition by desk_no order by second) - second as seconds,
        sum(change) over (partition by desk_no order by second) as n_at_once
    from clicks
),

-- thousandths of a second, whole ones: sums are the same in any order
own_times as (
    select
        desk_no,
        second,
        coalesce(
            sum(seconds::bigint * 1000 // greatest(n_at_once, 1)) over before, 0
        )::bigint as own_milliseconds,
        coalesce(sum(seconds::bigint * 1000 * n_at_once) over before, 0)::bigint
            as stock_milliseconds,
        lag(n_at_once) over (partition by desk_no order by second) as n_before
    from spans
    window before as (
        partition by desk_no
        order by second
        rows between unbounded preceding and 1 preceding
    )
),

concurrent_works as (
    select
        tasks.dossier_no,
        tasks.step_code,
        tasks.unit_no,
        any_value(tasks.quarter_no) as quarter_no,
        sum(tasks.ended - tasks.started)::bigint * 1000 as milliseconds,
        sum(ends.own_milliseconds - starts.own_milliseconds)::bigint as own_milliseconds,
        bool_or(tasks.is_by_unit) as is_by_unit,
        sum(ends.stock_milliseconds - starts.stock_milliseconds)::bigint as stock_milliseconds,
        max(ends.n_before)::integer as n_at_end
    from desk_tasks as tasks
    inner join own_times as starts
        on tasks.desk_no = starts.desk_no
        and tasks.started = starts.second
    inner join own_times as ends
        on tasks.desk_no = ends.desk_no
        and tasks.ended = ends.second
    group by tasks.dossier_no, tasks.step_code, tasks.unit_no
)

select * from concurrent_works
