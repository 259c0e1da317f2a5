-- grain: one row per profile, comparison of two sides and component of the gap of their late shares
-- key: profile, comparison, component
-- reads: made_gaps
-- promises: kind in ('unit', 'period');
--   component in ('mix', 'calendar', 'residual') or component like 'cause:%';
--   lower <= effect and effect <= upper; gap_lower <= gap and gap <= gap_upper;
--   left_late between 0 and left_dossiers; right_late between 0 and right_dossiers;
--   left_dossiers > 0 and right_dossiers > 0; evidence_level = 2
-- Made by the statistics from cause_cells; the gap is the right side's share minus the left one's.

with gaps as (
    select
        profile,
        comparison,
        kind,
        "left",
        "right",
        component,
        effect,
        lower,
        upper,
        gap,
        gap_lower,
        gap_upper,
        left_late,
        left_dossiers,
        right_late,
        right_dossiers,
        method,
        evidence_level
    from made_gaps
)

select * from gaps
