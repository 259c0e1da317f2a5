-- grain: one row per task that a holder could have started and then started: its wait, by cause
-- key: dossier_id, step_no
-- reads: tasks, enabled_tasks, task_batches, overtaken_waits, busy_pieces, holder_windows,
--   free_pieces
-- promises: wait_seconds = batching_seconds + contention_seconds + prioritisation_seconds
--   + unavailability_seconds + extraneous_seconds;
--   least(batching_seconds, contention_seconds, prioritisation_seconds, unavailability_seconds,
--   extraneous_seconds) >= 0; delay_seconds between extraneous_seconds and wait_seconds
-- Elapsed seconds, each attributed to the first cause that explains it: the batch was not complete;
-- the holder worked on older tasks; on newer ones; was off duty; none of these. Two running totals
-- per holder keep it cheap: seconds busy, and seconds off duty and not busy.
-- What delayed a task although its holder was free did not pause while the holder worked on others
-- or was off duty: delay_seconds run from when it could be started to the last second in which the
-- holder was free or took up a later one instead, or to its start where that was off duty; 0 where
-- the holder was never free meanwhile.
-- After Chapela-Campa and Dumas, "Enhancing business process simulation models with extraneous
-- activity delays", Information Systems 122 (2024), the eclipse-aware estimate.

with windows as (
    select
        holder_no,
        from_second,
        to_second,
        coalesce(
            sum(to_second - from_second) over (
                partition by holder_no
                order by from_second
                rows between unbounded preceding and 1 preceding
            ),
            0
        )::bigint as worked_before
    from holder_windows
),

waiting as (
    select
        tasks.task_no,
        tasks.holder_no,
        tasks.enabled,
        coalesce(batches.ready, tasks.enabled) as ready,
        tasks.started,
        coalesce(batches.batch_size, 1) as batch_size
    from enabled_tasks as tasks
    left join task_batches as batches on tasks.task_no = batches.task_no
    where tasks.has_waited
),

moments as (
    select holder_no, from_second as second from busy_pieces
    union
    select holder_no, to_second as second from busy_pieces
    union
    select holder_no, ready as second from waiting
    union
    select holder_no, started as second from waiting
),

-- seconds off duty since 1970, a running total whose differences count
duties as (
    select
        moments.holder_no,
        moments.second,
        moments.second - coalesce(
            windows.worked_before
            + least(moments.second, windows.to_second) - windows.from_second,
            0
        ) as off_duty
    from moments
    asof left join windows
        on moments.holder_no = windows.holder_no
        and moments.second >= windows.from_second
),

spans as (
    select
        busy_pieces.holder_no,
        busy_pieces.from_second,
        busy_pieces.to_second,
        came.off_duty as off_duty_from,
        went.off_duty as off_duty_to,
        sum(busy_pieces.to_second - busy_pieces.from_second) over before as busy_before,
        sum(went.off_duty - came.off_duty) over before as busy_off_before
    from busy_pieces
    inner join duties as came
        on busy_pieces.holder_no = came.holder_no
        and busy_pieces.from_second = came.second
    inner join duties as went
        on busy_pieces.holder_no = went.holder_no
        and busy_pieces.to_second = went.second
    window before as (
        partition by busy_pieces.holder_no
        order by busy_pieces.from_second
        rows between unbounded preceding and 1 preceding
    )
),

totals as (
    select
        duties.holder_no,
        duties.second,
        coalesce(spans.busy_before, 0)
        + coalesce(least(duties.second, spans.to_second) - spans.from_second, 0) as busy,
        duties.off_duty
        - coalesce(spans.busy_off_before, 0)
        - coalesce(least(duties.off_duty, spans.off_duty_to) - spans.off_duty_from, 0) as idle_off
    from duties
    asof left join spans
        on duties.holder_no = spans.holder_no
        and duties.second >= spans.from_second
),

wait_measures as (
    select
        waiting.*,
        coalesce(overtaken_waits.jumped_seconds, 0) as jumped_seconds,
        (at_start.busy - at_ready.busy)::bigint as busy_seconds,
        (at_start.idle_off - at_ready.idle_off)::bigint as unavailability_seconds
    from waiting
    inner join totals as at_ready
        on waiting.holder_no = at_ready.holder_no
        and waiting.ready = at_ready.second
    inner join totals as at_start
        on waiting.holder_no = at_start.holder_no
        and waiting.started = at_start.second
    left join overtaken_waits on waiting.task_no = overtaken_waits.task_no
),

free_ends as (
    select
        waiting.task_no,
        case
            when waiting.started > windows.to_second then waiting.started
            else greatest(
                least(waiting.started, last_pieces.to_second), overtaken_waits.last_second
            )
        end - waiting.enabled as delay_seconds
    from waiting
    asof inner join free_pieces as last_pieces
        on waiting.holder_no = last_pieces.holder_no
        and waiting.started > last_pieces.from_second
    asof left join holder_windows as windows
        on waiting.holder_no = windows.holder_no
        and waiting.started >= windows.from_second
    left join overtaken_waits on waiting.task_no = overtaken_waits.task_no
    where last_pieces.to_second > waiting.enabled
),

waits as (
    select
        tasks.dossier_id,
        tasks.step_no,
        tasks.step,
        tasks.unit_id,
        tasks.holder_id,
        timezone(tasks.time_zone, to_timestamp(wait_measures.started))::date as started_on,
        to_timestamp(wait_measures.enabled) as enabled_at,
        to_timestamp(wait_measures.started) as started_at,
        wait_measures.batch_size,
        wait_measures.started - wait_measures.enabled as wait_seconds,
        wait_measures.ready - wait_measures.enabled as batching_seconds,
        wait_measures.busy_seconds - wait_measures.jumped_seconds as contention_seconds,
        wait_measures.jumped_seconds as prioritisation_seconds,
        wait_measures.unavailability_seconds,
        wait_measures.started - wait_measures.ready
        - wait_measures.busy_seconds - wait_measures.unavailability_seconds as extraneous_seconds,
        greatest(coalesce(free_ends.delay_seconds, 0), 0) as delay_seconds
    from wait_measures
    inner join tasks on wait_measures.task_no = tasks.task_no
    left join free_ends on wait_measures.task_no = free_ends.task_no
)

select * from waits
