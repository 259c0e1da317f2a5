-- grain: one row per dossier with a due instant under the profile of the run: its elapsed and
--   allowed time
-- key: dossier_id, profile
-- reads: dossiers, outcomes
-- promises: ending in ('resolved', 'withdrawn', 'rejected', 'open'); allowed_seconds > 0;
--   elapsed_seconds >= 0; (elapsed_seconds > allowed_seconds) = (slack_seconds < 0)
-- Elapsed is the time counted by the profile's clock at the end of the dossier, or at the snapshot
-- where it is open: survival curves need it so that open dossiers count. Dossiers received after
-- their due instant have no allowed time and are left out, as are those with an end outside the
-- calendar.

with progress as (
    select
        dossiers.dossier_id,
        outcomes.profile,
        dossiers.unit_id,
        coalesce(dossiers.procedure_id, 'unknown') as procedure_id,
        coalesce(dossiers.channel_in, 'other') as channel_in,
        dossiers.received_on,
        timezone(
            dossiers.time_zone, coalesce(outcomes.ended_at_used, dossiers.snapshot_at)
        )::date as seen_on,
        outcomes.state as ending,
        outcomes.outcome,
        outcomes.allowed_seconds,
        outcomes.slack_seconds,
        greatest(outcomes.allowed_seconds - outcomes.slack_seconds, 0) as elapsed_seconds
    from outcomes
    inner join dossiers on outcomes.dossier_id = dossiers.dossier_id
    where outcomes.profile = getvariable('profile')
        and outcomes.outcome <> 'unknown'
        and outcomes.allowed_seconds > 0
        and outcomes.slack_seconds is not null
)

select * from progress
