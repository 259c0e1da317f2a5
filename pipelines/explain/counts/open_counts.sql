-- grain: one row per profile, group and calendar period
-- key: profile, group_no, period
-- reads: stock, attribute_groups, periods
-- promises: open_in_time + open_overdue + open_unknown > 0
-- The stock at the end of each calendar period by state; groups are those of count_groups.

with group_stock as (
    select
        stock.profile,
        alike.place_no,
        alike.procedure_no,
        periods.period,
        stock.state,
        stock.n
    from stock
    inner join attribute_groups as alike on stock.attribute_group_no = alike.attribute_group_no
    inner join periods
        on stock.ends_on = periods.ends_on
        and alike.snapshot_on >= periods.starts_on
),

open_counts as (
    select
        profile,
        coalesce(place_no, procedure_no) as group_no,
        period,
        coalesce(sum(n) filter (where state = 'open_in_time'), 0)::bigint as open_in_time,
        coalesce(sum(n) filter (where state = 'open_overdue'), 0)::bigint as open_overdue,
        coalesce(sum(n) filter (where state = 'open_unknown'), 0)::bigint as open_unknown
    from group_stock
    group by grouping sets (
        (profile, place_no, period),
        (profile, procedure_no, period)
    )
)

select * from open_counts
