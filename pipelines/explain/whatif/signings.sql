-- grain: one row per dossier and signature whose arrival and start are both stamped
-- key: dossier_id, step_no
-- reads: steps, dossiers, transfer_delays
-- promises: started_at >= arrived_at
-- When its signers sign can be read off a unit's own log. Units none of whose dossiers was
-- transferred against the rule stay out.

with asked as (
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
    semi join asked on dossiers.unit_id = asked.unit_id
    where steps.step_kind = 'sign'
        and steps.started_at >= steps.arrived_at
)

select * from signings
