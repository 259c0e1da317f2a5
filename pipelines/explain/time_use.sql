-- grain: one row per period, unit ('*' all), late or not, and kind of segment
-- key: period, unit_id, is_late, kind
-- reads: judged_dossiers, ledger, periods
-- promises: n_dossiers > 0; work_seconds >= 0
-- Working seconds per dossier by kind; a dossier without such a segment counts as zero seconds.

with kinds as (
    select distinct kind
    from ledger
),

spent as (
    select dossier_id, kind, sum(work_seconds)::bigint as work_seconds
    from ledger
    group by dossier_id, kind
),

filled as (
    select
        judged.dossier_id,
        judged.unit_id,
        judged.is_late,
        judged.judged_on,
        kinds.kind,
        coalesce(spent.work_seconds, 0) as work_seconds
    from judged_dossiers as judged
    cross join kinds
    left join spent
        on judged.dossier_id = spent.dossier_id
        and kinds.kind = spent.kind
),

time_use as (
    select
        periods.period,
        case when grouping(filled.unit_id) = 0 then filled.unit_id else '*' end as unit_id,
        filled.is_late,
        filled.kind,
        count(*) as n_dossiers,
        sum(filled.work_seconds)::bigint as work_seconds,
        quantile_disc(filled.work_seconds, 0.5) as median_seconds,
        quantile_disc(filled.work_seconds, 0.9) as p90_seconds
    from filled
    inner join periods
        on filled.judged_on >= periods.starts_on
        and filled.judged_on <= periods.ends_on
    group by grouping sets (
        (periods.period, filled.is_late, filled.kind),
        (periods.period, filled.is_late, filled.kind, filled.unit_id)
    )
)

select * from time_use
