-- grain: one row per task that followed another of its kind and holder without a gap, or preceded
--   one
-- key: task_no
-- reads: enabled_tasks
-- promises: n_run > 1; next_place is null or next_place > place
-- Within a run each task had been waiting when the one before it was started, which is necessary
-- for a batch and not sufficient. A batch that begins with a task reaches to next_place, the first
-- task of the run that was not yet waiting when this one was started; null when it reaches to the
-- end.

with run_order as (
    select
        *,
        row_number() over (order by holder_no, kind_no, started, finished, task_no) as place,
        lag(started) over in_order as previous_started,
        max(finished) over (
            partition by holder_no, kind_no
            order by started, finished, task_no
            rows between unbounded preceding and 1 preceding
        ) as reached
    from enabled_tasks
    window in_order as (partition by holder_no, kind_no order by started, finished, task_no)
),

numbered_runs as (
    select
        *,
        sum(
            case
                when reached is null or started > reached or enabled > previous_started then 1
                else 0
            end
        ) over (order by place) as run_no
    from run_order
),

sizes as (
    select
        run_no,
        count(*) as n_run
    from numbered_runs
    group by run_no
    having count(*) > 1
),

runs as (
    select
        numbered_runs.task_no,
        numbered_runs.run_no,
        numbered_runs.place,
        sizes.n_run,
        numbered_runs.enabled,
        numbered_runs.started
    from numbered_runs
    inner join sizes on numbered_runs.run_no = sizes.run_no
),

-- the lowest place among the tasks of a run not yet waiting at some second: later runs come first
-- in this order and have higher places, so one window serves all runs
breaks as (
    select distinct
        run_no,
        enabled,
        min(place) over (order by run_no desc, enabled desc) as place
    from runs
    where n_run > 2
),

batch_runs as (
    select
        runs.*,
        breaks.place as next_place
    from runs
    asof left join breaks
        on runs.run_no = breaks.run_no
        and runs.started < breaks.enabled
)

select * from batch_runs
