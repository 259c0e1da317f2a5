-- grain: one row per dossier and step of examining whose arrival, start and end are all stamped
-- key: dossier_id, step_no
-- reads: steps, ledger, dossiers
-- promises: waited_seconds >= 0; served_seconds >= 0; started_at >= arrived_at
-- What a queue needs to be run again: when each dossier reached the unit, how long it waited and
-- how long it was handled, in working seconds, pauses apart. Steps without all three stamps stay
-- out.

with examined as (
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

spent as (
    select
        ledger.dossier_id,
        ledger.step_no,
        coalesce(sum(ledger.work_seconds) filter (where ledger.kind = 'queue'), 0)::bigint
            as waited_seconds,
        coalesce(sum(ledger.work_seconds) filter (where ledger.kind = 'work'), 0)::bigint
            as served_seconds
    from ledger
    semi join examined
        on ledger.dossier_id = examined.dossier_id
        and ledger.step_no = examined.step_no
    group by ledger.dossier_id, ledger.step_no
),

queue_visits as (
    select
        examined.dossier_id,
        examined.step_no,
        examined.unit_id,
        dossiers.procedure_id,
        dossiers.calendar_id,
        examined.holder_id,
        examined.arrived_at,
        examined.started_at,
        spent.waited_seconds,
        spent.served_seconds
    from examined
    inner join dossiers on examined.dossier_id = dossiers.dossier_id
    inner join spent
        on examined.dossier_id = spent.dossier_id
        and examined.step_no = spent.step_no
)

select * from queue_visits
