-- grain: one row per profile, group, period and counter; '*' stands for all values together
-- key: profile, unit_id, procedure_id, channel_in, period, counter
-- reads: dossiers, stock
-- promises: n > 0
-- The stock at the end of each calendar period by state; groups as in month_counts.

with placed as (
    select
        stock.profile,
        dossiers.unit_id,
        coalesce(dossiers.procedure_id, 'unknown') as procedure_id,
        coalesce(dossiers.channel_in, 'other') as channel_in,
        stock.period,
        stock.state as counter
    from stock
    inner join dossiers on stock.dossier_id = dossiers.dossier_id
    where stock.convention = 'calendar'
),

open_counts as (
    select
        profile,
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        case when grouping(procedure_id) = 0 then procedure_id else '*' end as procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        period,
        counter,
        count(*) as n
    from placed
    group by grouping sets (
        (profile, unit_id, channel_in, period, counter),
        (profile, procedure_id, period, counter)
    )
)

select * from open_counts
