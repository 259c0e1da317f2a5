-- grain: one row per interval of a holder's time and task in progress during it
-- key: holder_no, from_second, task_no
-- reads: busy_pieces, enabled_tasks, task_batches
-- promises: n_tasks > 0

with starts as (
    select
        busy_pieces.cluster_no,
        tasks.task_no,
        tasks.enabled,
        tasks.started,
        tasks.finished
    from enabled_tasks as tasks
    inner join busy_pieces
        on tasks.holder_no = busy_pieces.holder_no
        and tasks.started = busy_pieces.from_second
    where tasks.finished > tasks.started
),

piece_tasks as (
    select
        pieces.holder_no,
        pieces.from_second,
        pieces.to_second,
        pieces.n_tasks,
        starts.task_no,
        starts.enabled,
        batches.batch_no
    from busy_pieces as pieces
    inner join starts
        on pieces.cluster_no = starts.cluster_no
        and pieces.from_second >= starts.started
        and pieces.to_second <= starts.finished
    left join task_batches as batches on starts.task_no = batches.task_no
)

select * from piece_tasks
