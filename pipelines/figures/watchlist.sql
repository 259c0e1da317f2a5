-- grain: one row per profile and open dossier with a due instant: its risk of lateness, its current
--   step
-- key: profile, dossier_id
-- reads: made_watchlist
-- promises: unit_id is not null; due_at is not null; spent >= 0; risk between 0 and 1;
--   lower <= risk and risk <= upper; slack_seconds >= 0 or risk = 1;
--   kind is not null or holder_id is null; evidence_level = 2
-- Made by the statistics from progress, open_positions and passages. Where a log has no steps,
-- waiting_at, holder_id and step_unit_id are missing; waiting_at also at a step without a name.

with watchlist as (
    select
        profile,
        dossier_id,
        unit_id,
        due_at,
        slack_seconds,
        spent,
        risk,
        lower,
        upper,
        waiting_at,
        kind,
        is_after_step,
        step_unit_id,
        holder_id,
        since_at,
        method,
        evidence_level
    from made_watchlist
)

select * from watchlist
