-- grain: one row per judged dossier, step and part, beside what others took
-- key: dossier_no, step_code, part, unit_no
-- reads: cause_parts, cause_dossiers, cause_norms
-- promises: seconds > 0
-- Where the procedure itself has too few peers, all procedures with such a term serve.

with cause_measured as (
    select
        parts.dossier_no,
        parts.step_code,
        parts.part,
        parts.unit_no,
        parts.seconds,
        parts.over_rule_seconds,
        parts.over_norm_seconds,
        parts.is_separable,
        dossiers.quarter_no,
        own.usual_seconds is not null as is_own_procedure,
        coalesce(own.usual_seconds, pooled.usual_seconds) as usual_seconds,
        coalesce(own.long_seconds, pooled.long_seconds) as long_seconds,
        coalesce(own.extreme_seconds, pooled.extreme_seconds) as extreme_seconds
    from cause_parts as parts
    inner join cause_dossiers as dossiers on parts.dossier_no = dossiers.dossier_no
    left join cause_norms as own
        on dossiers.procedure_no = own.group_no
        and parts.step_code = own.step_code
        and parts.part = own.part
        and parts.unit_no = own.unit_no
    left join cause_norms as pooled
        on -dossiers.size_no = pooled.group_no
        and pooled.step_code = 0
        and parts.part = pooled.part
        and parts.unit_no = pooled.unit_no
)

select * from cause_measured
