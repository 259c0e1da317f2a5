-- grain: one row per dossier that was judged under the profile of the run: late or in time
-- key: dossier_id, profile
-- reads: dossiers, outcomes
-- promises: judged_on is not null
-- Each on the day it is closed under the profile (macro closed_when); open dossiers past their due
-- instant are late here, on the day of the snapshot. is_timed says that its clock has working
-- seconds.

with judged_dossiers as (
    select
        dossiers.dossier_id,
        outcomes.profile,
        dossiers.unit_id,
        dossiers.procedure_id,
        outcomes.outcome in ('late', 'open_overdue') as is_late,
        timezone(
            dossiers.time_zone,
            coalesce(
                closed_when(
                    outcomes.state,
                    outcomes.ended_at_used,
                    dossiers.received_at,
                    dossiers.snapshot_at
                ),
                dossiers.snapshot_at
            )
        )::date as judged_on,
        outcomes.used_seconds is not null as is_timed
    from dossiers
    inner join outcomes on dossiers.dossier_id = outcomes.dossier_id
    where outcomes.profile = getvariable('profile')
        and outcomes.outcome in ('early', 'on_time', 'late', 'open_overdue')
)

select * from judged_dossiers
