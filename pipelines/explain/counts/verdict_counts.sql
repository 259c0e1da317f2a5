-- grain: one row per profile, period and unit ('*' all): late dossiers, and those without suspects
-- key: profile, period, unit_id
-- reads: judged_dossiers, suspect_dossiers, periods
-- promises: n_late <= n_dossiers; n_late_sound <= n_sound; n_sound <= n_dossiers

with judged as (
    select
        judged_dossiers.*,
        suspect_dossiers.dossier_id is not null as is_suspect
    from judged_dossiers
    left join suspect_dossiers on judged_dossiers.dossier_id = suspect_dossiers.dossier_id
),

verdict_counts as (
    select
        judged.profile,
        periods.period,
        case when grouping(judged.unit_id) = 0 then judged.unit_id else '*' end as unit_id,
        count(*) as n_dossiers,
        count(*) filter (where judged.is_late) as n_late,
        count(*) filter (where not judged.is_suspect) as n_sound,
        count(*) filter (where judged.is_late and not judged.is_suspect) as n_late_sound
    from judged
    inner join periods
        on judged.judged_on >= periods.starts_on
        and judged.judged_on <= periods.ends_on
    group by grouping sets (
        (judged.profile, periods.period),
        (judged.profile, periods.period, judged.unit_id)
    )
)

select * from verdict_counts
