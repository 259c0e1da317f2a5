-- grain: one row per task that was worked in a batch
-- key: task_no
-- reads: batch_runs, batch_heads
-- promises: ready >= enabled; ready <= started; batch_size > 1
-- A batch: two or more tasks of one kind by one holder, worked without a gap, each of which had
-- been waiting when the first was started. It is ready when its last task could be started.
-- batch_heads, found by following next_place through each run, says where batches begin.

with numbered as (
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
    from numbered
    group by batch_no
    having count(*) > 1
),

task_batches as (
    select
        numbered.task_no,
        numbered.batch_no,
        numbered.enabled,
        numbered.started,
        batches.ready,
        batches.batch_size
    from numbered
    inner join batches on numbered.batch_no = batches.batch_no
)

select * from task_batches
