-- grain: one row per task: the second from which it could have been started
-- key: task_no
-- reads: tasks, parallel_kinds
-- promises: enabled <= started; has_waited or enabled = started
-- The logged arrival counts; without one, the end of the last task of the dossier that had ended
-- by the start and is not parallel to it. The first task of a dossier has no known wait: it is
-- enabled when it starts, and has_waited is false.

with unlogged_tasks as (
    select *
    from tasks
    where arrived is null
),

earlier as (
    select
        later.task_no,
        max(before.finished) as enabled
    from unlogged_tasks as later
    inner join unlogged_tasks as before
        on later.case_no = before.case_no
        and later.started >= before.finished
        and later.task_no <> before.task_no
    anti join parallel_kinds as parallel
        on later.kind_no = parallel.kind_no
        and before.kind_no = parallel.other_no
    where (before.finished, before.started, before.task_no)
        < (later.finished, later.started, later.task_no)
    group by later.task_no
),

enabled_tasks as (
    select
        tasks.task_no,
        tasks.holder_no,
        tasks.kind_no,
        coalesce(tasks.arrived, earlier.enabled, tasks.started) as enabled,
        coalesce(tasks.arrived, earlier.enabled) is not null as has_waited,
        tasks.started,
        tasks.finished
    from tasks
    left join earlier on tasks.task_no = earlier.task_no
)

select * from enabled_tasks
