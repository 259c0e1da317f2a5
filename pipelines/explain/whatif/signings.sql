-- grain: one row per dossier and signature whose arrival and start are both stamped
-- key: dossier_id, step_no
-- reads: steps, dossiers, transfer_delays
-- promises: started_at >= arrived_at
-- A unit's own log shows when its signers sign. Units without a transfer against the rule are
-- excluded.

with late_transfer_units as (
    select distinct dossiers.unit_id
    from dossiers
    semi join transfer_delays
        on dossiers.dossier_id = transfer_delays.dossier_id
        and transfer_delays.avoidable_seconds > 0
),

signings as (
    select
        steps.dossier_id,
        steps.step_no,
        coalesce(steps.unit_id, '') as unit_id,
        coalesce(steps.holder_id, '') as holder_id,
        dossiers.calendar_id,
        steps.arrived_at,
        steps.started_at
    from steps
    inner join dossiers on steps.dossier_id = dossiers.dossier_id
    semi join late_transfer_units on dossiers.unit_id = late_transfer_units.unit_id
    where steps.step_kind = 'sign'
        and steps.started_at >= steps.arrived_at
)

select * from signings
