-- grain: one row per late dossier whose step norms add up beyond what its term allows
-- key: dossier_no
-- reads: ledger, cause_dossiers, cause_limits
-- promises: over_seconds > 0; norm_seconds > 0
-- Only time within the norms of steps counts: late although no step exceeded its norm.
-- Only regulated norms count; the usual time of others is not a promise.

with steps_taken as (
    select
        judged.dossier_no,
        ledger.step_no,
        max(ledger.norm_seconds) as norm_seconds,
        least(sum(ledger.work_seconds), max(ledger.norm_seconds)) as within_seconds
    from ledger
    inner join cause_dossiers as judged on ledger.dossier_id = judged.dossier_id
    where judged.is_late
        and ledger.norm_source = 'regulated'
        and ledger.kind <> 'pause'
    group by judged.dossier_no, ledger.step_no
),

sums as (
    select
        dossier_no,
        sum(norm_seconds)::bigint as norm_seconds,
        sum(within_seconds)::bigint as within_seconds
    from steps_taken
    group by dossier_no
),

norms_and_terms as (
    select
        sums.*,
        greatest(
            judged.allowed_seconds + judged.due_error_seconds - judged.paused_seconds,
            limits.one_day
        ) as allowed_seconds
    from sums
    inner join cause_dossiers as judged on sums.dossier_no = judged.dossier_no
    cross join cause_limits as limits
    where judged.allowed_seconds is not null
),

infeasible_norms as (
    select
        dossier_no,
        norm_seconds,
        allowed_seconds,
        within_seconds - allowed_seconds as over_seconds
    from norms_and_terms
    where norm_seconds > allowed_seconds
        and within_seconds > allowed_seconds
)

select * from infeasible_norms
