-- grain: one row per event of a log with transitions, with the completion it belongs to
-- key: row_id
-- reads: parsed_steps, duplicate_steps, superseded_steps
-- promises: transition <> 'complete' or not is_joined
-- The n-th start (or schedule) of an activity in a case belongs to its n-th completion, if it is
-- before it. Other transitions (suspend, resume, withdraw) change no step; an activity of a case
-- with no others gives no step (is_stepless). is_passed marks a start that its activity never
-- completes, though other work of the case is completed later.

with events as (
    select
        steps.row_id,
        steps.dossier_id,
        steps.step,
        steps.transition,
        coalesce(steps.arrived_at, steps.started_at, steps.finished_at) as stamp
    from parsed_steps as steps
    anti join duplicate_steps on steps.row_id = duplicate_steps.row_id
    anti join superseded_steps on steps.row_id = superseded_steps.row_id
    where steps.transition is not null
),

event_turns as (
    select
        *,
        row_number() over (
            partition by dossier_id, step, transition
            order by stamp, row_id
        ) as turn,
        count(*) filter (where transition <> 'other') over step_events = 0 as is_stepless,
        max(stamp) filter (where transition = 'complete') over step_events as step_done_at,
        max(stamp) filter (where transition = 'complete') over (partition by dossier_id)
            as case_done_at
    from events
    window step_events as (partition by dossier_id, step)
),

step_pairs as (
    select
        events.row_id,
        events.transition,
        events.transition = 'other'
        or (events.transition <> 'complete' and completed.turn is not null) as is_joined,
        events.is_stepless,
        events.transition = 'start'
        and coalesce(events.stamp < events.case_done_at, false)
        and coalesce(events.stamp > events.step_done_at, true) as is_passed,
        case when events.transition = 'complete' then scheduled.stamp end as arrived_at,
        case when events.transition = 'complete' then started.stamp end as started_at
    from event_turns as events
    left join event_turns as completed
        on completed.transition = 'complete'
        and events.dossier_id = completed.dossier_id
        and events.step = completed.step
        and events.turn = completed.turn
        and events.stamp <= completed.stamp
    left join event_turns as scheduled
        on scheduled.transition = 'schedule'
        and events.dossier_id = scheduled.dossier_id
        and events.step = scheduled.step
        and events.turn = scheduled.turn
        and events.stamp >= scheduled.stamp
    left join event_turns as started
        on started.transition = 'start'
        and events.dossier_id = started.dossier_id
        and events.step = started.step
        and events.turn = started.turn
        and events.stamp >= started.stamp
)

select * from step_pairs
