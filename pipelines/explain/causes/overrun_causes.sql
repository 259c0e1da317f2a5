-- grain: one row per late dossier and cause that took time from it, and one for what none explains
-- key: dossier_no, cause
-- reads: cause_excess, cause_dossiers, typed_reasons, infeasible_norms
-- promises: excess_seconds > 0; needed_seconds > 0
-- needed_seconds must be saved for the dossier to be on time. What all causes together leave of
-- them is no cause of its own but the rest: first what norms exceed the term by, then a typed
-- reason, where better evidence does not already speak for it, else unexplained.

with late_causes as (
    select
        excess.*,
        dossiers.overrun_seconds,
        greatest(dossiers.overrun_seconds, 1) as needed_seconds
    from cause_excess as excess
    inner join cause_dossiers as dossiers on excess.dossier_no = dossiers.dossier_no
    where dossiers.is_late
),

sums as (
    select
        dossier_no,
        sum(excess_seconds)::bigint as excess_seconds
    from late_causes
    group by dossier_no
),

open_reasons as (
    select typed_reasons.dossier_no, typed_reasons.cause
    from typed_reasons
    anti join late_causes
        on typed_reasons.dossier_no = late_causes.dossier_no
        and typed_reasons.cause = late_causes.cause
),

left_over as (
    select
        dossiers.dossier_no,
        dossiers.overrun_seconds,
        greatest(dossiers.overrun_seconds, 1) as needed_seconds,
        greatest(dossiers.overrun_seconds, 1) - coalesce(sums.excess_seconds, 0) as left_seconds
    from cause_dossiers as dossiers
    left join sums on dossiers.dossier_no = sums.dossier_no
    where dossiers.is_late
        and greatest(dossiers.overrun_seconds, 1) > coalesce(sums.excess_seconds, 0)
),

excessive_norms as (
    select
        left_over.*,
        least(infeasible_norms.over_seconds, left_over.left_seconds) as over_seconds,
        infeasible_norms.norm_seconds,
        infeasible_norms.allowed_seconds
    from left_over
    inner join infeasible_norms on left_over.dossier_no = infeasible_norms.dossier_no
),

unexplained_rest as (
    select
        left_over.dossier_no,
        left_over.overrun_seconds,
        left_over.needed_seconds,
        open_reasons.cause,
        left_over.left_seconds - coalesce(excessive_norms.over_seconds, 0) as excess_seconds
    from left_over
    left join excessive_norms on left_over.dossier_no = excessive_norms.dossier_no
    left join open_reasons on left_over.dossier_no = open_reasons.dossier_no
),

overrun_causes as (
    select
        dossier_no,
        cause,
        excess_seconds,
        spent_seconds,
        usual_seconds,
        ground,
        grade,
        n_in_progress,
        usual_in_progress,
        other_source,
        other_ended_on,
        counted_source,
        counted_ended_on,
        overrun_seconds,
        needed_seconds
    from late_causes
    union all by name
    select
        dossier_no,
        'norms_too_long' as cause,
        over_seconds as excess_seconds,
        norm_seconds as spent_seconds,
        allowed_seconds as usual_seconds,
        'norms_add_up' as ground,
        'A' as grade,
        overrun_seconds,
        needed_seconds
    from excessive_norms
    union all by name
    select
        dossier_no,
        coalesce(cause, 'unexplained') as cause,
        excess_seconds,
        excess_seconds as spent_seconds,
        0 as usual_seconds,
        case when cause is null then 'rest' else 'claim' end as ground,
        case when cause is null then 'B' else 'C' end as grade,
        overrun_seconds,
        needed_seconds
    from unexplained_rest
    where excess_seconds > 0
)

select * from overrun_causes
