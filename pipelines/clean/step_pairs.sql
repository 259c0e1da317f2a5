-- grain: one row per event of a log that tells transitions, with the completion it belongs to
-- key: source_file, source_sheet, source_row
-- reads: step_claims
-- promises: transition <> 'complete' or not is_joined
-- The n-th start (or schedule) of an activity in a case belongs to its n-th completion, if it lies
-- before it. Other transitions (suspend, resume, withdraw) say nothing that a step can hold.

with events as (
    select
        *,
        coalesce(arrived_at, started_at, finished_at) as stamp
    from step_claims
    where transition is not null and copy_no = 1 and not is_superseded
),

numbered as (
    select
        *,
        row_number() over (
            partition by dossier_id, step, transition
            order by stamp, source_file, source_sheet, source_row
        ) as turn
    from events
),

step_pairs as (
    select
        events.source_file,
        events.source_sheet,
        events.source_row,
        events.transition,
        events.transition = 'other'
        or (events.transition <> 'complete' and completed.turn is not null) as is_joined,
        case when events.transition = 'complete' then scheduled.stamp end as arrived_at,
        case when events.transition = 'complete' then started.stamp end as started_at
    from numbered as events
    left join numbered as completed
        on completed.transition = 'complete'
        and events.dossier_id = completed.dossier_id
        and events.step = completed.step
        and events.turn = completed.turn
        and events.stamp <= completed.stamp
    left join numbered as scheduled
        on scheduled.transition = 'schedule'
        and events.dossier_id = scheduled.dossier_id
        and events.step = scheduled.step
        and events.turn = scheduled.turn
        and events.stamp >= scheduled.stamp
    left join numbered as started
        on started.transition = 'start'
        and events.dossier_id = started.dossier_id
        and events.step = started.step
        and events.turn = started.turn
        and events.stamp >= started.stamp
)

select * from step_pairs
