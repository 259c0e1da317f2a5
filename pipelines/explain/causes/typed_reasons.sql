-- grain: one row per judged dossier with a typed reason that the taxonomy knows
-- key: dossier_no
-- reads: dossiers, cause_dossiers, cause_taxonomy
-- promises: cause not in ('unexplained', 'norms_too_long')
-- A reason is typed after the fact, often for many at once: a claim, and never more. Known are the
-- codes of the taxonomy and its labels as they stand. That norms cannot be met is counted, not
-- claimed.

with reasons as (
    select judged.dossier_no, lower(trim(dossiers.late_reason)) as reason
    from dossiers
    inner join cause_dossiers as judged on dossiers.dossier_id = judged.dossier_id
    where judged.is_late
        and dossiers.late_reason is not null
),

typed_reasons as (
    select reasons.dossier_no, min(taxonomy.cause) as cause
    from reasons
    inner join cause_taxonomy as taxonomy
        on reasons.reason in (
            lower(taxonomy.code), lower(taxonomy.label_vi), lower(taxonomy.label_en)
        )
    where taxonomy.cause not in ('unexplained', 'norms_too_long')
    group by reasons.dossier_no
)

select * from typed_reasons
