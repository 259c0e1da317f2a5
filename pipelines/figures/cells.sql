-- grain: one row per profile, unit, period and cause: observed and expected late dossiers
-- key: profile, unit_id, period, cause
-- reads: made_cells
-- promises: n_late <= n_dossiers; observed >= 0; expected >= 0; observed <= n_late;
--   lower <= excess and excess <= upper; p_value between 0 and 1; q_value between 0 and 1;
--   reading is null or reading in ('difference', 'overload', 'unexplained');
--   flagged = coalesce(reading in ('difference', 'overload'), false); evidence_level = 2
-- Made by the statistics from cause_cells; a cell without a reading is not an outlier.

with cells as (
    select
        profile,
        unit_id,
        period,
        cause,
        n_dossiers,
        n_late,
        observed,
        expected,
        excess,
        lower,
        upper,
        p_value,
        q_value,
        flagged,
        reading,
        evidence_level
    from made_cells
)

select * from cells
