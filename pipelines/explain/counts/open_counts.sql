-- grain: one row per profile, group and period at whose end dossiers are open
-- key: profile, convention, period, group_no
-- reads: stock, attribute_groups, periods
-- promises: open_total > 0; open_total = open_in_time + open_overdue + open_unknown;
--   waiting <= open_total
-- The stock at the end of each period by state; active: not on pause. Groups are those of
-- count_groups. A dossier whose snapshot is before the period is left out.

with group_stock as (
    select
        stock.profile,
        stock.ends_on,
        alike.snapshot_on,
        coalesce(alike.place_no, alike.work_no) as group_no,
        sum(stock.n) as open_total,
        sum(stock.n) filter (where stock.state = 'open_in_time') as open_in_time,
        sum(stock.n) filter (where stock.state = 'open_overdue') as open_overdue,
        sum(stock.n) filter (where stock.state = 'open_unknown') as open_unknown,
        sum(stock.n) filter (where stock.is_waiting) as waiting,
        sum(stock.n) filter (where stock.state = 'open_in_time' and not stock.is_waiting)
            as active_in_time,
        sum(stock.n) filter (where stock.state = 'open_overdue' and not stock.is_waiting)
            as active_overdue,
        sum(stock.n) filter (where stock.state = 'open_unknown' and not stock.is_waiting)
            as active_unknown,
        sum(stock.n) filter (where stock.state = 'open_overdue' and alike.apology = 'yes')
            as overdue_with_apology,
        sum(stock.n) filter (where stock.state = 'open_overdue' and alike.apology = 'no')
            as overdue_without_apology,
        sum(stock.n) filter (where stock.state = 'open_overdue' and alike.apology = 'unknown')
            as overdue_unrecorded
    from stock
    inner join attribute_groups as alike on stock.attribute_group_no = alike.attribute_group_no
    group by grouping sets (
        (stock.profile, stock.ends_on, alike.snapshot_on, alike.place_no),
        (stock.profile, stock.ends_on, alike.snapshot_on, alike.work_no)
    )
),

period_stock as (
    select
        periods.convention,
        periods.period,
        group_stock.* exclude (group_stock.ends_on, group_stock.snapshot_on)
    from group_stock
    inner join periods
        on group_stock.ends_on = periods.ends_on
        and group_stock.snapshot_on >= periods.starts_on
),

open_counts as (
    select
        profile,
        convention,
        period,
        group_no,
        coalesce(sum(columns(* exclude (profile, convention, period, group_no))), 0)::bigint
    from period_stock
    group by profile, convention, period, group_no
)

select * from open_counts
