-- grain: one row per judged dossier, step and part, beside what others took
-- key: dossier_no, step_code, part, unit_no
-- reads: attributable_time, cause_dossiers, peer_quantiles
-- promises: seconds > 0; basis is null or basis in ('units', 'quarters', 'terms')
-- The other units' steps of the same procedure come first; where there are too few, the other
-- quarters of the procedure; then all procedures with such a term.

with time_against_peers as (
    select
        parts.dossier_no,
        parts.step_code,
        parts.part,
        parts.unit_no,
        dossiers.quarter_no,
        parts.seconds,
        parts.over_rule_seconds,
        parts.over_norm_seconds,
        parts.is_separable,
        coalesce(units.basis, quarters.basis, terms.basis) as basis,
        coalesce(units.usual_seconds, quarters.usual_seconds, terms.usual_seconds)
            as usual_seconds,
        coalesce(units.long_seconds, quarters.long_seconds, terms.long_seconds) as long_seconds,
        coalesce(units.extreme_seconds, quarters.extreme_seconds, terms.extreme_seconds)
            as extreme_seconds
    from attributable_time as parts
    inner join cause_dossiers as dossiers on parts.dossier_no = dossiers.dossier_no
    left join peer_quantiles as units
        on units.basis = 'units'
        and dossiers.procedure_no = units.group_no
        and parts.step_code = units.step_code
        and parts.part = units.part
        and parts.unit_no = units.excluded_member
    left join peer_quantiles as quarters
        on quarters.basis = 'quarters'
        and dossiers.procedure_no = quarters.group_no
        and parts.step_code = quarters.step_code
        and parts.part = quarters.part
        and dossiers.quarter_no = quarters.excluded_member
    left join peer_quantiles as terms
        on terms.basis = 'terms'
        and dossiers.term_band = terms.group_no
        and terms.step_code = 0
        and parts.part = terms.part
        and parts.unit_no = terms.excluded_member
)

select * from time_against_peers
