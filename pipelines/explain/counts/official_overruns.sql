-- grain: one row per profile, reporting convention, period and unit ('*' all) with late dossiers
-- key: profile, convention, period, unit_id
-- reads: dossiers, outcomes, profiles, periods
-- promises: n_late > 0; median_days <= p90_days; lower_days <= median_days;
--   median_days <= upper_days; p90_days <= total_days
-- Overruns of dossiers resolved late in the period: civil days after the due day, and working
-- seconds. The bounds of the median are order statistics (95 %, distribution-free); with fewer than
-- six dossiers they are the smallest and the largest.

with overruns as (
    select
        outcomes.profile,
        dossiers.unit_id,
        timezone(dossiers.time_zone, outcomes.ended_at_used)::date as closed_on,
        timezone(dossiers.time_zone, outcomes.ended_at_used)::date
        - timezone(dossiers.time_zone, outcomes.due_at_used)::date as days,
        -outcomes.slack_seconds as work_seconds
    from outcomes
    inner join dossiers on outcomes.dossier_id = dossiers.dossier_id
    semi join profiles on outcomes.profile = profiles.profile
    where outcomes.outcome = 'late'
),

overrun_lists as (
    select
        overruns.profile,
        periods.convention,
        periods.period,
        case when grouping(overruns.unit_id) = 0 then overruns.unit_id else '*' end as unit_id,
        count(*) as n_late,
        list(overruns.days order by overruns.days) as all_days,
        sum(overruns.days)::bigint as total_days,
        quantile_disc(overruns.work_seconds, 0.5) as median_seconds,
        quantile_disc(overruns.work_seconds, 0.9) as p90_seconds
    from overruns
    inner join periods
        on overruns.closed_on >= periods.starts_on
        and overruns.closed_on <= periods.ends_on
    group by grouping sets (
        (overruns.profile, periods.convention, periods.period),
        (overruns.profile, periods.convention, periods.period, overruns.unit_id)
    )
),

official_overruns as (
    select
        profile,
        convention,
        period,
        unit_id,
        n_late,
        total_days,
        all_days[(n_late + 1) // 2] as median_days,
        all_days[greatest(1, floor((n_late - 1.96 * sqrt(n_late)) / 2)::bigint)] as lower_days,
        all_days[least(n_late, ceil(1 + (n_late + 1.96 * sqrt(n_late)) / 2)::bigint)] as upper_days,
        all_days[(9 * n_late + 9) // 10] as p90_days,
        median_seconds,
        p90_seconds
    from overrun_lists
)

select * from official_overruns
