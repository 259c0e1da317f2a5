-- grain: one row per holder and interval in which the same tasks were in progress
-- key: holder_no, from_second
-- reads: enabled_tasks
-- promises: to_second > from_second; n_tasks > 0
-- The holder's tasks cut at every start and finish: intervals never overlap, n_tasks is the number
-- of tasks in one, cluster_no joins intervals that are linked by overlapping tasks.

with edges as (
    select
        holder_no,
        started as second,
        1 as n_started,
        0 as n_finished
    from enabled_tasks
    where finished > started
    union all
    select
        holder_no,
        finished as second,
        0 as n_started,
        1 as n_finished
    from enabled_tasks
    where finished > started
),

moments as (
    select
        holder_no,
        second,
        sum(n_started)::integer as n_started,
        sum(n_finished)::integer as n_finished
    from edges
    group by holder_no, second
),

task_counts as (
    select
        holder_no,
        second as from_second,
        lead(second) over by_time as to_second,
        n_started > 0 and sum(n_started - n_finished) over by_time = n_started as is_new,
        sum(n_started - n_finished) over by_time as n_tasks
    from moments
    window by_time as (partition by holder_no order by second)
),

busy_pieces as (
    select
        holder_no,
        from_second,
        to_second,
        n_tasks::integer as n_tasks,
        sum(case when is_new then 1 else 0 end) over (order by holder_no, from_second) as cluster_no
    from task_counts
    where n_tasks > 0
)

select * from busy_pieces
