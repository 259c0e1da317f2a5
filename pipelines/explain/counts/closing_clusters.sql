-- grain: one row per profile, unit ('*' all) and period: how its closings gather on days and weeks
-- key: profile, unit_id, period
-- reads: outcomes, dossier_spans, attribute_groups, periods, profiles
-- promises: n_late between 0 and n_dossiers; n_weeks between 1 and n_days;
--   n_days <= n_dossiers; n_dossiers <= day_squares; day_squares <= week_squares
-- Dossiers resolved late or in time, by the day of their end under the profile; one without a date
-- of its end is left out. A week is cut where the period begins or ends. Of the n dossiers and l
-- late ones of each day or week, squares sum n * n, products n * l, late_squares l * l.

with zones as (
    select
        time_zone,
        (row_number() over (order by time_zone))::bigint << 32 as zone_base
    from dossier_spans
    group by time_zone
),

-- local days by quarter hour, as in outcome_spans
instants as (
    select distinct quarter_hour(ended_at_used) as slot
    from outcomes
    where ended_at_used is not null
),

slot_days as (
    select
        zones.zone_base + instants.slot as slot_no,
        timezone(zones.time_zone, to_timestamp(instants.slot * 900))::date as day
    from instants
    cross join zones
),

unit_names as (
    select
        unit_id,
        (row_number() over (order by unit_id))::integer as unit_no
    from attribute_groups
    group by unit_id
),

dossier_units as (
    select
        spans.dossier_id,
        unit_names.unit_no,
        zones.zone_base
    from dossier_spans as spans
    inner join attribute_groups as alike on spans.attribute_group_no = alike.attribute_group_no
    inner join unit_names on alike.unit_id = unit_names.unit_id
    inner join zones on spans.time_zone = zones.time_zone
),

unit_days as (
    select
        outcomes.profile,
        dossiers.unit_no,
        slot_days.day,
        count(*) as n,
        count(*) filter (where outcomes.outcome = 'late') as n_late
    from outcomes
    inner join dossier_units as dossiers on outcomes.dossier_id = dossiers.dossier_id
    inner join slot_days
        on dossiers.zone_base + quarter_hour(outcomes.ended_at_used) = slot_days.slot_no
    semi join profiles on outcomes.profile = profiles.profile
    where outcomes.state = 'resolved'
        and outcomes.outcome in ('early', 'on_time', 'late')
    group by outcomes.profile, dossiers.unit_no, slot_days.day
),

day_counts as (
    select *
    from unit_days
    union all
    select
        profile,
        0 as unit_no,
        day,
        sum(n)::bigint as n,
        sum(n_late)::bigint as n_late
    from unit_days
    group by profile, day
),

-- the periods of each day once: a join by bounds takes many times as long as one by day
period_days as (
    select
        days.day,
        date_trunc('week', days.day) as week,
        periods.period
    from (select distinct day from unit_days) as days
    inner join periods
        on days.day >= periods.starts_on
        and days.day <= periods.ends_on
),

week_counts as (
    select
        day_counts.profile,
        day_counts.unit_no,
        period_days.period,
        period_days.week,
        count(*) as n_days,
        sum(day_counts.n) as n,
        sum(day_counts.n_late) as n_late,
        sum(day_counts.n * day_counts.n) as day_squares,
        sum(day_counts.n * day_counts.n_late) as day_products,
        sum(day_counts.n_late * day_counts.n_late) as day_late_squares
    from day_counts
    inner join period_days on day_counts.day = period_days.day
    group by day_counts.profile, day_counts.unit_no, period_days.period, period_days.week
),

closing_clusters as (
    select
        weeks.profile,
        coalesce(unit_names.unit_id, '*') as unit_id,
        weeks.period,
        sum(weeks.n)::bigint as n_dossiers,
        sum(weeks.n_late)::bigint as n_late,
        sum(weeks.n_days)::bigint as n_days,
        count(*) as n_weeks,
        sum(weeks.day_squares)::bigint as day_squares,
        sum(weeks.day_products)::bigint as day_products,
        sum(weeks.day_late_squares)::bigint as day_late_squares,
        sum(weeks.n * weeks.n)::bigint as week_squares,
        sum(weeks.n * weeks.n_late)::bigint as week_products,
        sum(weeks.n_late * weeks.n_late)::bigint as week_late_squares
    from week_counts as weeks
    left join unit_names on weeks.unit_no = unit_names.unit_no
    group by weeks.profile, unit_names.unit_id, weeks.period
)

select * from closing_clusters
