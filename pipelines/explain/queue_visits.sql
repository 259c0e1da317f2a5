-- grain: one row per dossier and step of examining whose arrival, start and end are all stamped
-- key: dossier_id, step_no
-- reads: steps, ledger, dossiers, late_dossiers
-- promises: waited_seconds >= 0; served_seconds >= 0; started_at >= arrived_at
-- What a queue needs to be run again: when each dossier reached the unit, how long it waited and
-- how long it was handled, in working seconds, pauses apart. Steps without all three stamps stay
-- out.

with spent as (
    select
        dossier_id,
        step_no,
        coalesce(sum(case when kind = 'queue' then work_seconds end), 0)::bigint as waited_seconds,
        coalesce(sum(case when kind = 'work' then work_seconds end), 0)::bigint as served_seconds
    from ledger
    where step_no is not null
    group by dossier_id, step_no
),

queue_visits as (
    select
        steps.dossier_id,
        steps.step_no,
        steps.unit_id,
        dossiers.procedure_id,
        dossiers.calendar_id,
        steps.holder_id,
        steps.arrived_at,
        steps.started_at,
        spent.waited_seconds,
        spent.served_seconds,
        late.overrun_seconds,
        late.ended_on
    from steps
    inner join dossiers on steps.dossier_id = dossiers.dossier_id
    inner join spent
        on steps.dossier_id = spent.dossier_id
        and steps.step_no = spent.step_no
    left join late_dossiers as late on steps.dossier_id = late.dossier_id
    where steps.step_kind = 'work'
        and steps.arrived_at is not null
        and steps.started_at >= steps.arrived_at
        and steps.finished_at is not null
)

select * from queue_visits
