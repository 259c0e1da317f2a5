-- grain: one row per scenario, unit and period: late dossiers that it would have saved
-- key: scenario, unit_id, period
-- reads: made_whatif
-- promises: n_saved between 0 and n_late; n_touched between 0 and n_late;
--   lower <= n_saved and n_saved <= upper; upper <= n_late;
--   method in ('timeline_wilson', 'steps_rerun', 'queue_rerun'); evidence_level = 3
-- Made by the statistics from whatif_counts and the steps lived again. Another officer also saves
-- dossiers that were not touched by the cause.

with whatif as (
    select
        scenario,
        unit_id,
        period,
        n_late,
        n_touched,
        n_saved,
        lower,
        upper,
        method,
        evidence_level
    from made_whatif
)

select * from whatif
