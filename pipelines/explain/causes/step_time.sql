-- grain: one row per period, unit ('*' all), late or not, kind of segment and step
-- key: period, unit_id, is_late, kind, step
-- reads: judged_dossiers, ledger, steps, periods
-- promises: n_dossiers > 0; work_seconds >= 0
-- The unit is the one responsible for the dossier; a transfer is named after the step it leads to.
-- Counted when asked for, for the periods asked about.

with judged as (
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
    semi join judged on ledger.dossier_id = judged.dossier_id
    left join steps
        on ledger.dossier_id = steps.dossier_id
        and ledger.step_no = steps.step_no
    group by ledger.dossier_id, ledger.kind, coalesce(steps.step, '-')
),

step_time as (
    select
        judged.period,
        case when grouping(judged.unit_id) = 0 then judged.unit_id else '*' end as unit_id,
        judged.is_late,
        spent_time.kind,
        spent_time.step,
        count(*) as n_dossiers,
        sum(spent_time.work_seconds)::bigint as work_seconds,
        quantile_disc(spent_time.work_seconds, 0.5) as median_seconds
    from judged
    inner join spent_time on judged.dossier_id = spent_time.dossier_id
    group by grouping sets (
        (judged.period, judged.is_late, spent_time.kind, spent_time.step),
        (judged.period, judged.is_late, spent_time.kind, spent_time.step, judged.unit_id)
    )
)

select * from step_time
