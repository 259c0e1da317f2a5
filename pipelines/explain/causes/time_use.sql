-- grain: one row per period, unit ('*' all), late or not, and kind of segment
-- key: period, unit_id, is_late, kind
-- reads: judged_dossiers, ledger, periods
-- promises: n_dossiers > 0; work_seconds >= 0
-- Working seconds per dossier by kind; a dossier without such a segment counts as zero seconds.
-- Counted when asked for, for the periods asked about.

with segment_kinds as (
    select distinct kind
    from ledger
),

in_period as (
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
    semi join in_period on ledger.dossier_id = in_period.dossier_id
    group by ledger.dossier_id, ledger.kind
),

by_kind as (
    select
        in_period.period,
        in_period.unit_id,
        in_period.is_late,
        segment_kinds.kind,
        coalesce(spent_time.work_seconds, 0) as work_seconds
    from in_period
    cross join segment_kinds
    left join spent_time
        on in_period.dossier_id = spent_time.dossier_id
        and segment_kinds.kind = spent_time.kind
),

time_use as (
    select
        by_kind.period,
        case when grouping(by_kind.unit_id) = 0 then by_kind.unit_id else '*' end as unit_id,
        by_kind.is_late,
        by_kind.kind,
        count(*) as n_dossiers,
        sum(by_kind.work_seconds)::bigint as work_seconds,
        quantile_disc(by_kind.work_seconds, 0.5) as median_seconds,
        quantile_disc(by_kind.work_seconds, 0.9) as p90_seconds
    from by_kind
    group by grouping sets (
        (by_kind.period, by_kind.is_late, by_kind.kind),
        (by_kind.period, by_kind.is_late, by_kind.kind, by_kind.unit_id)
    )
)

select * from time_use
