-- grain: one row per profile, period and unit ('*' all) whose counts of dossiers do not balance
-- key: profile, period, unit_id
-- reads: counts, dossier_months, count_groups, outcome_months, periods
-- promises:
-- audit: audits.counts
-- Received before or in the period = resolved, withdrawn and rejected by its end + open at its end,
-- for every profile, unit and period, and for all units together. The months of counts are added
-- up, and every longer period must be the sum of its months. A dossier open in its last export,
-- taken before the period began, is on neither side.

with places as (
    select group_no, unit_id
    from count_groups
    where procedure_id = '*'
),

bounds as (
    select
        period,
        month_no(starts_on) as first_month,
        month_no(ends_on) as last_month
    from periods
),

profile_names as (
    select distinct profile
    from outcome_months
),

arrivals as (
    select
        places.unit_id,
        dossiers.received_in as month_no,
        count(*) as n
    from dossier_months as dossiers
    inner join places on dossiers.place_no = places.group_no
    group by places.unit_id, dossiers.received_in
),

departures as (
    select
        moves.profile,
        places.unit_id,
        moves.snapshot_in + 1 as month_no,
        sum(moves.n)::bigint as n
    from outcome_months as moves
    inner join places on moves.group_no = places.group_no
    where moves.state = 'open'
    group by moves.profile, places.unit_id, moves.snapshot_in
),

count_rows as (
    select
        counts.profile,
        counts.unit_id,
        counts.period,
        bounds.first_month,
        bounds.last_month,
        counts.received,
        counts.early + counts.on_time + counts.late + counts.unknown as resolved,
        counts.withdrawn,
        counts.rejected,
        counts.open_in_time + counts.open_overdue + counts.open_unknown as still_open
    from counts
    inner join bounds on counts.period = bounds.period
    where counts.procedure_id = '*' and counts.channel_in = '*'
),

events as (
    select
        used.profile,
        arrivals.unit_id,
        arrivals.month_no,
        arrivals.n as arrived,
        0 as received,
        0 as closed,
        0 as vanished
    from arrivals
    cross join profile_names as used
    union all
    select
        profile,
        unit_id,
        first_month as month_no,
        0 as arrived,
        received,
        resolved + withdrawn + rejected as closed,
        0 as vanished
    from count_rows
    where first_month = last_month and unit_id <> '*'
    union all
    select
        profile,
        unit_id,
        month_no,
        0 as arrived,
        0 as received,
        0 as closed,
        n as vanished
    from departures
),

monthly as (
    select
        profile,
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        month_no,
        sum(arrived)::bigint as arrived,
        sum(received)::bigint as received,
        sum(closed)::bigint as closed,
        sum(vanished)::bigint as vanished
    from events
    group by grouping sets ((profile, unit_id, month_no), (profile, month_no))
),

running as (
    select
        profile,
        unit_id,
        month_no,
        (sum(arrived) over earlier)::bigint as arrived,
        (sum(received) over earlier)::bigint as received,
        (sum(closed) over earlier)::bigint as closed,
        (sum(vanished) over earlier)::bigint as vanished
    from monthly
    window earlier as (partition by profile, unit_id order by month_no)
),

unit_periods as (
    select distinct
        running.profile,
        running.unit_id,
        bounds.period,
        bounds.first_month,
        bounds.first_month - 1 as month_before,
        bounds.last_month
    from running
    cross join bounds
),

at_the_end as (
    select
        unit_periods.*,
        running.arrived,
        running.received,
        running.closed
    from unit_periods
    asof left join running
        on unit_periods.profile = running.profile
        and unit_periods.unit_id = running.unit_id
        and unit_periods.last_month >= running.month_no
),

at_the_start as (
    select
        ends.*,
        coalesce(running.received, 0) as received_before,
        coalesce(running.closed, 0) as closed_before
    from at_the_end as ends
    asof left join running
        on ends.profile = running.profile
        and ends.unit_id = running.unit_id
        and ends.month_before >= running.month_no
),

seen as (
    select
        starts.*,
        coalesce(running.vanished, 0) as vanished
    from at_the_start as starts
    asof left join running
        on starts.profile = running.profile
        and starts.unit_id = running.unit_id
        and starts.first_month >= running.month_no
),

unbalanced_counts as (
    select
        seen.profile,
        seen.period,
        seen.unit_id,
        coalesce(seen.arrived, 0) - seen.vanished as received,
        coalesce(seen.closed, 0) as closed,
        coalesce(count_rows.still_open, 0) as still_open
    from seen
    left join count_rows
        on seen.profile = count_rows.profile
        and seen.unit_id = count_rows.unit_id
        and seen.period = count_rows.period
    where (
        coalesce(seen.arrived, 0) = coalesce(seen.received, 0)
        and coalesce(seen.arrived, 0) - seen.vanished
        = coalesce(seen.closed, 0) + coalesce(count_rows.still_open, 0)
        and coalesce(count_rows.received, 0) = coalesce(seen.received, 0) - seen.received_before
        and coalesce(count_rows.resolved + count_rows.withdrawn + count_rows.rejected, 0)
        = coalesce(seen.closed, 0) - seen.closed_before
    ) is not true
)

select * from unbalanced_counts
