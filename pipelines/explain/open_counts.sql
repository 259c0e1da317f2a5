-- grain: one row per profile, unit, procedure, channel, period and counter
-- key: profile, unit_id, procedure_id, channel_in, period, counter
-- reads: dossiers, stock
-- promises: n > 0
-- The stock at the end of each calendar period by state.

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
    select profile, unit_id, procedure_id, channel_in, period, counter, count(*) as n
    from placed
    group by profile, unit_id, procedure_id, channel_in, period, counter
)

select * from open_counts
