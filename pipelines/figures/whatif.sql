-- grain: one row per profile, scenario, unit and period: late dossiers that it would have saved
-- key: profile, scenario, unit_id, period
-- reads: made_whatif
-- promises: n_saved between 0 and n_late; n_touched between 0 and n_late;
--   lower <= n_saved and n_saved <= upper; upper <= n_late;
--   method in ('timeline_range', 'steps_rerun', 'queue_rerun'); evidence_level = 3;
--   assumption <> ''; assumption_en <> ''
-- Made by the statistics from whatif_counts and the replayed steps. Another officer also saves
-- dossiers that the cause did not touch. assumption (Vietnamese) and assumption_en (English) state
-- the only condition under which the figure applies (data/reference/scenarios.csv).

with whatif as (
    select
        profile,
        scenario,
        unit_id,
        period,
        n_late,
        n_touched,
        n_saved,
        lower,
        upper,
        method,
        assumption,
        assumption_en,
        evidence_level
    from made_whatif
)

select * from whatif
