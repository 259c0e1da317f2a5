-- grain: one row per profile, group and calendar period; '*' stands for all values together
-- key: profile, unit_id, procedure_id, channel_in, period
-- reads: stock, periods
-- promises: open_in_time + open_overdue + open_unknown > 0
-- The stock at the end of each calendar period by state; groups as in month_counts.

with placed as (
    select
        stock.profile,
        stock.unit_id,
        stock.procedure_id,
        stock.channel_in,
        periods.period,
        stock.state,
        stock.n
    from stock
    inner join periods
        on stock.ends_on = periods.ends_on
        and stock.snapshot_on >= periods.starts_on
),

open_counts as (
    select
        profile,
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        case when grouping(procedure_id) = 0 then procedure_id else '*' end as procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        period,
        coalesce(sum(n) filter (where state = 'open_in_time'), 0)::bigint as open_in_time,
        coalesce(sum(n) filter (where state = 'open_overdue'), 0)::bigint as open_overdue,
        coalesce(sum(n) filter (where state = 'open_unknown'), 0)::bigint as open_unknown
    from placed
    group by grouping sets (
        (profile, unit_id, channel_in, period),
        (profile, procedure_id, period)
    )
)

select * from open_counts
