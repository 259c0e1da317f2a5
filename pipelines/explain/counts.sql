-- grain: one row per profile, group, period and counter; '*' stands for all values together
-- key: profile, period, unit_id, procedure_id, channel_in, counter
-- reads: month_counts, open_counts, official_progress, periods
-- promises: n > 0

with months as (
    select
        period,
        unnest(
            generate_series(
                year(starts_on) * 12 + month(starts_on), year(ends_on) * 12 + month(ends_on)
            )
        ) as month_no
    from periods
),

by_period as (
    select
        month_counts.profile,
        month_counts.unit_id,
        month_counts.procedure_id,
        month_counts.channel_in,
        months.period,
        month_counts.counter,
        month_counts.n
    from month_counts
    inner join months on month_counts.month_no = months.month_no
    union all
    select profile, unit_id, procedure_id, channel_in, period, counter, n
    from open_counts
    union all
    select profile, unit_id, procedure_id, channel_in, period, counter, n
    from official_progress
),

counts as (
    select
        profile,
        period,
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        counter,
        sum(n)::bigint as n
    from by_period
    where procedure_id = '*'
    group by grouping sets (
        (profile, period, procedure_id, counter),
        (profile, period, procedure_id, counter, unit_id),
        (profile, period, procedure_id, counter, channel_in),
        (profile, period, procedure_id, counter, unit_id, channel_in)
    )
    union all
    select profile, period, unit_id, procedure_id, channel_in, counter, sum(n)::bigint as n
    from by_period
    where procedure_id <> '*'
    group by profile, period, unit_id, procedure_id, channel_in, counter
)

select * from counts
