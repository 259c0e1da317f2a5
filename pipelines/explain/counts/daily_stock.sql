-- grain: one row per unit and day on which dossiers of the unit were open at the day's end
-- key: unit_id, day
-- reads: stock, attribute_groups, periods
-- promises: n_open > 0; n_overdue between 0 and n_open
-- Asked for under one profile with the part of a period up to each of its days as periods. A
-- dossier whose snapshot is before the period is left out, as in the period's measures.

with daily_stock as (
    select
        alike.unit_id,
        stock.ends_on as day,
        sum(stock.n)::bigint as n_open,
        coalesce(sum(stock.n) filter (where stock.state = 'open_overdue'), 0)::bigint as n_overdue
    from stock
    inner join attribute_groups as alike on stock.attribute_group_no = alike.attribute_group_no
    inner join periods
        on stock.ends_on = periods.ends_on
        and alike.snapshot_on >= periods.starts_on
    group by alike.unit_id, stock.ends_on
)

select * from daily_stock
