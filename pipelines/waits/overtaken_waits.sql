-- grain: one row per task that others overtook: the seconds its holder gave to those others
-- key: task_no
-- reads: enabled_tasks, task_batches, piece_tasks
-- promises: jumped_seconds > 0
-- Tasks overtook it that could be started only after it (after its batch was ready, for tasks of
-- no batch or another one) and were worked before it. An interval in which the holder also had an
-- older task in progress counts as contention, not here. Matched by holder and day, as such an
-- interval begins within the wait; last_second is when the last of them begins.

with waits as (
    select
        tasks.task_no,
        tasks.holder_no,
        tasks.enabled,
        coalesce(batches.ready, tasks.enabled) as ready,
        batches.batch_no,
        tasks.started
    from enabled_tasks as tasks
    left join task_batches as batches on tasks.task_no = batches.task_no
    where tasks.started > tasks.enabled
),

days as (
    select
        *,
        unnest(range(ready // 86400, started // 86400 + 1)) as day_no
    from waits
),

started_pieces as (
    select
        *,
        from_second // 86400 as day_no
    from piece_tasks
),

overtaking_pieces as (
    select
        days.task_no,
        started_pieces.from_second,
        any_value(started_pieces.to_second - started_pieces.from_second) as seconds
    from days
    inner join started_pieces
        on days.holder_no = started_pieces.holder_no
        and days.day_no = started_pieces.day_no
        and days.ready <= started_pieces.from_second
        and days.started > started_pieces.from_second
    where started_pieces.enabled > case
            when started_pieces.batch_no = days.batch_no then days.enabled
            else days.ready
        end
    group by days.task_no, started_pieces.from_second
    having count(*) = any_value(started_pieces.n_tasks)
),

overtaken_waits as (
    select
        task_no,
        sum(seconds)::bigint as jumped_seconds,
        max(from_second)::bigint as last_second
    from overtaking_pieces
    group by task_no
)

select * from overtaken_waits
