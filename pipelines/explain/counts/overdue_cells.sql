-- grain: one row per profile, unit, period, procedure and channel with dossiers overdue at its end
-- key: profile, unit_id, period, procedure_id, channel_in
-- reads: stock, attribute_groups, periods
-- promises: n_overdue > 0
-- Dossiers open and overdue at the close of a period that ended before their snapshot, under the
-- profile of the run. A late share of the period counts them; their causes are in cause_cells, in
-- the period in which they end. Those open at the snapshot itself are in cause_cells already.

with overdue_cells as (
    select
        stock.profile,
        alike.unit_id,
        periods.period,
        alike.procedure_id,
        alike.channel_in,
        sum(stock.n)::bigint as n_overdue
    from stock
    inner join attribute_groups as alike on stock.attribute_group_no = alike.attribute_group_no
    inner join periods
        on stock.ends_on = periods.ends_on
        and alike.snapshot_on > periods.ends_on
    where stock.profile = getvariable('profile')
        and stock.state = 'open_overdue'
    group by stock.profile, alike.unit_id, periods.period, alike.procedure_id, alike.channel_in
)

select * from overdue_cells
