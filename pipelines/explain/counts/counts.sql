-- grain: one row per profile, group and period; '*' stands for all values together
-- key: profile, period, unit_id, procedure_id, channel_in
-- reads: month_counts, open_counts, official_progress, count_groups, periods
-- promises: received <= in_play
-- One column per counter. Groups are all, unit, channel, unit and channel, and procedure.

with months as (
    select
        period,
        unnest(generate_series(month_no(starts_on), month_no(ends_on))) as month_no
    from periods
),

by_group as (
    select
        months.period,
        month_counts.* exclude (month_counts.month_no)
    from month_counts
    inner join months on month_counts.month_no = months.month_no
    union all by name
    select * from open_counts
    union all by name
    select * from official_progress
),

by_period as (
    select
        by_group.* exclude (by_group.group_no),
        names.unit_id,
        names.procedure_id,
        names.channel_in
    from by_group
    inner join count_groups as names on by_group.group_no = names.group_no
),

-- procedures are counted of all units and channels together only, and come so
group_sums as (
    select
        profile,
        period,
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        sum(received) as received,
        sum(received_online) as received_online,
        sum(channel_known) as channel_known,
        sum(online_known) as online_known,
        sum(online_processed) as online_processed,
        sum(online_full) as online_full,
        sum(reception_known) as reception_known,
        sum(received_within_8h) as received_within_8h,
        sum(returned) as returned,
        sum(returned_by_post) as returned_by_post,
        sum(returned_online) as returned_online,
        sum(early) as early,
        sum(on_time) as on_time,
        sum(late) as late,
        sum(withdrawn) as withdrawn,
        sum(rejected) as rejected,
        sum(unknown) as unknown,
        sum(fell_due) as fell_due,
        sum(fell_due_in_time) as fell_due_in_time,
        sum(open_in_time) as open_in_time,
        sum(open_overdue) as open_overdue,
        sum(open_unknown) as open_unknown,
        sum(in_play) as in_play,
        sum(done_in_time) as done_in_time
    from by_period
    group by grouping sets (
        (profile, period, procedure_id),
        (profile, period, procedure_id, unit_id),
        (profile, period, procedure_id, channel_in),
        (profile, period, procedure_id, unit_id, channel_in)
    )
    having procedure_id = '*' or grouping(unit_id) + grouping(channel_in) = 0
),

counts as (
    select
        profile,
        period,
        unit_id,
        procedure_id,
        channel_in,
        coalesce(received, 0)::bigint as received,
        coalesce(received_online, 0)::bigint as received_online,
        coalesce(channel_known, 0)::bigint as channel_known,
        coalesce(online_known, 0)::bigint as online_known,
        coalesce(online_processed, 0)::bigint as online_processed,
        coalesce(online_full, 0)::bigint as online_full,
        coalesce(reception_known, 0)::bigint as reception_known,
        coalesce(received_within_8h, 0)::bigint as received_within_8h,
        coalesce(returned, 0)::bigint as returned,
        coalesce(returned_by_post, 0)::bigint as returned_by_post,
        coalesce(returned_online, 0)::bigint as returned_online,
        coalesce(early, 0)::bigint as early,
        coalesce(on_time, 0)::bigint as on_time,
        coalesce(late, 0)::bigint as late,
        coalesce(withdrawn, 0)::bigint as withdrawn,
        coalesce(rejected, 0)::bigint as rejected,
        coalesce(unknown, 0)::bigint as unknown,
        coalesce(fell_due, 0)::bigint as fell_due,
        coalesce(fell_due_in_time, 0)::bigint as fell_due_in_time,
        coalesce(open_in_time, 0)::bigint as open_in_time,
        coalesce(open_overdue, 0)::bigint as open_overdue,
        coalesce(open_unknown, 0)::bigint as open_unknown,
        coalesce(in_play, 0)::bigint as in_play,
        (coalesce(done_in_time, 0) + coalesce(open_in_time, 0))::bigint as progress_in_time
    from group_sums
)

select * from counts
