-- grain: one row per task that was worked in a batch
-- key: task_no
-- reads: batch_runs, batch_heads
-- promises: ready >= enabled; ready <= started; batch_size > 1
-- A batch is two or more tasks of one kind by one holder, worked without a gap, each of which had
-- been waiting when the first was started. It is ready when its last task could be started.
-- batch_heads (found by following next_place through each run) has the first task of each batch.

with numbered_tasks as (
    select
        runs.task_no,
        runs.enabled,
        runs.started,
        sum(case when heads.task_no is not null then 1 else 0 end) over (
            order by runs.place
        ) as batch_no
    from batch_runs as runs
    left join batch_heads as heads on runs.task_no = heads.task_no
),

batches as (
    select
        batch_no,
        max(enabled) as ready,
        count(*) as batch_size
    from numbered_tasks
    group by batch_no
    having count(*) > 1
),

task_batches as (
    select
        numbered_tasks.task_no,
        numbered_tasks.batch_no,
        numbered_tasks.enabled,
        numbered_tasks.started,
        batches.ready,
        batches.batch_size
    from numbered_tasks
    inner join batches on numbered_tasks.batch_no = batches.batch_no
)

select * from task_batches
