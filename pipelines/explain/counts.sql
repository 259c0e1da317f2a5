-- grain: one row per profile, group, period and counter; '*' stands for all values together
-- key: profile, period, unit_id, procedure_id, channel_in, counter
-- reads: day_counts, open_counts, official_progress, periods
-- promises: n > 0

with by_period as (
    select
        day_counts.profile,
        day_counts.unit_id,
        day_counts.procedure_id,
        day_counts.channel_in,
        periods.period,
        day_counts.counter,
        day_counts.n
    from day_counts
    inner join periods
        on day_counts.day >= periods.starts_on
        and day_counts.day <= periods.ends_on
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
        case when grouping(procedure_id) = 0 then procedure_id else '*' end as procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        counter,
        sum(n)::bigint as n
    from by_period
    group by grouping sets (
        (profile, period, counter),
        (profile, period, counter, unit_id),
        (profile, period, counter, procedure_id),
        (profile, period, counter, channel_in),
        (profile, period, counter, unit_id, channel_in)
    )
)

select * from counts
