-- grain: one row per profile, period and unit ('*' all): late dossiers, and those without suspects
-- key: profile, period, unit_id
-- reads: judged_dossiers, suspect_dossiers, periods
-- promises: n_late <= n_dossiers; n_late_sound <= n_sound; n_sound <= n_dossiers

with marks as (
    select
        judged_dossiers.*,
        suspect_dossiers.dossier_id is not null as is_suspect
    from judged_dossiers
    left join suspect_dossiers on judged_dossiers.dossier_id = suspect_dossiers.dossier_id
),

verdict_counts as (
    select
        marks.profile,
        periods.period,
        case when grouping(marks.unit_id) = 0 then marks.unit_id else '*' end as unit_id,
        count(*) as n_dossiers,
        count(*) filter (where marks.is_late) as n_late,
        count(*) filter (where not marks.is_suspect) as n_sound,
        count(*) filter (where marks.is_late and not marks.is_suspect) as n_late_sound
    from marks
    inner join periods
        on marks.judged_on >= periods.starts_on
        and marks.judged_on <= periods.ends_on
    group by grouping sets (
        (marks.profile, periods.period),
        (marks.profile, periods.period, marks.unit_id)
    )
)

select * from verdict_counts
