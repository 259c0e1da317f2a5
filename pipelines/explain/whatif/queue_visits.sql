-- grain: one row per dossier and step of examining whose arrival, start and end are all stamped
-- key: dossier_id, step_no
-- reads: steps, ledger, dossiers
-- promises: waited_seconds >= 0; served_seconds >= 0; started_at >= arrived_at
-- Input of the queue replay: when each dossier reached the unit, how long it waited and how long it
-- was handled, in working seconds without pauses. Steps without all three stamps are excluded.

with work_steps as (
    select
        dossier_id,
        step_no,
        unit_id,
        holder_id,
        arrived_at,
        started_at
    from steps
    where step_kind = 'work'
        and started_at >= arrived_at
        and finished_at is not null
),

step_seconds as (
    select
        ledger.dossier_id,
        ledger.step_no,
        coalesce(sum(ledger.work_seconds) filter (where ledger.kind = 'queue'), 0)::bigint
            as waited_seconds,
        coalesce(sum(ledger.work_seconds) filter (where ledger.kind = 'work'), 0)::bigint
            as served_seconds
    from ledger
    semi join work_steps
        on ledger.dossier_id = work_steps.dossier_id
        and ledger.step_no = work_steps.step_no
    group by ledger.dossier_id, ledger.step_no
),

queue_visits as (
    select
        work_steps.dossier_id,
        work_steps.step_no,
        work_steps.unit_id,
        dossiers.procedure_id,
        dossiers.calendar_id,
        work_steps.holder_id,
        work_steps.arrived_at,
        work_steps.started_at,
        step_seconds.waited_seconds,
        step_seconds.served_seconds
    from work_steps
    inner join dossiers on work_steps.dossier_id = dossiers.dossier_id
    inner join step_seconds
        on work_steps.dossier_id = step_seconds.dossier_id
        and work_steps.step_no = step_seconds.step_no
)

select * from queue_visits
