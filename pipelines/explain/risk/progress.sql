-- grain: one row per dossier with a due instant under the profile of the run: how far it had come
-- key: dossier_id, profile
-- reads: dossiers, outcomes
-- promises: ending in ('resolved', 'withdrawn', 'rejected', 'open'); allowed_seconds > 0;
--   elapsed_seconds >= 0; (elapsed_seconds > allowed_seconds) = (slack_seconds < 0)
-- Elapsed is what the profile's clock had counted when the dossier ended, or at the snapshot where
-- it is open: what survival curves need so that open dossiers count. Dossiers received after their
-- due instant have no allowed time and stay out, as do those
-- whose end the calendar does not cover.

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
