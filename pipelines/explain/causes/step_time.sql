-- grain: one row per period, unit ('*' all), late or not, kind of segment and step
-- key: period, unit_id, is_late, kind, step
-- reads: judged_dossiers, ledger, steps, periods
-- promises: n_dossiers > 0; work_seconds >= 0
-- The unit is the one responsible for the dossier; a transfer is named after the step it leads to.
-- Counted when asked for, for the periods asked about.

with in_period as (
    select
        judged_dossiers.*,
        periods.period
    from judged_dossiers
    inner join periods
        on judged_dossiers.judged_on >= periods.starts_on
        and judged_dossiers.judged_on <= periods.ends_on
    where judged_dossiers.is_timed
),

spent_time as (
    select
        ledger.dossier_id,
        ledger.kind,
        coalesce(steps.step, '-') as step,
        sum(ledger.work_seconds)::bigint as work_seconds
    from ledger
    semi join in_period on ledger.dossier_id = in_period.dossier_id
    left join steps
        on ledger.dossier_id = steps.dossier_id
        and ledger.step_no = steps.step_no
    group by ledger.dossier_id, ledger.kind, coalesce(steps.step, '-')
),

step_time as (
    select
        in_period.period,
        case when grouping(in_period.unit_id) = 0 then in_period.unit_id else '*' end as unit_id,
        in_period.is_late,
        spent_time.kind,
        spent_time.step,
        count(*) as n_dossiers,
        sum(spent_time.work_seconds)::bigint as work_seconds,
        quantile_disc(spent_time.work_seconds, 0.5) as median_seconds
    from in_period
    inner join spent_time on in_period.dossier_id = spent_time.dossier_id
    group by grouping sets (
        (in_period.period, in_period.is_late, spent_time.kind, spent_time.step),
        (in_period.period, in_period.is_late, spent_time.kind, spent_time.step, in_period.unit_id)
    )
)

select * from step_time
