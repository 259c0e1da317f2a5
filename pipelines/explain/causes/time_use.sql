-- grain: one row per period, unit ('*' all), late or not, and kind of segment
-- key: period, unit_id, is_late, kind
-- reads: judged_dossiers, ledger, periods
-- promises: n_dossiers > 0; work_seconds >= 0
-- Working seconds per dossier by kind; a dossier without such a segment counts as zero seconds.
-- Counted when asked for, for the periods asked about.

with kinds as (
    select distinct kind
    from ledger
),

judged as (
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
        sum(ledger.work_seconds)::bigint as work_seconds
    from ledger
    semi join judged on ledger.dossier_id = judged.dossier_id
    group by ledger.dossier_id, ledger.kind
),

filled as (
    select
        judged.period,
        judged.unit_id,
        judged.is_late,
        kinds.kind,
        coalesce(spent_time.work_seconds, 0) as work_seconds
    from judged
    cross join kinds
    left join spent_time
        on judged.dossier_id = spent_time.dossier_id
        and kinds.kind = spent_time.kind
),

time_use as (
    select
        filled.period,
        case when grouping(filled.unit_id) = 0 then filled.unit_id else '*' end as unit_id,
        filled.is_late,
        filled.kind,
        count(*) as n_dossiers,
        sum(filled.work_seconds)::bigint as work_seconds,
        quantile_disc(filled.work_seconds, 0.5) as median_seconds,
        quantile_disc(filled.work_seconds, 0.9) as p90_seconds
    from filled
    group by grouping sets (
        (filled.period, filled.is_late, filled.kind),
        (filled.period, filled.is_late, filled.kind, filled.unit_id)
    )
)

select * from time_use
