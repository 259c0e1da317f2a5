-- grain: one row per profile, group and civil month; '*' stands for all values together
-- key: profile, unit_id, procedure_id, channel_in, month_no
-- reads: dossiers, profile_moves, receptions
-- promises: early + on_time + late + withdrawn + rejected + unknown + received + returned + fell_due
--   > 0
-- What happened in which month (twelve times the year, and the month): received, resolved (by
-- outcome), fell due, was returned. Groups are unit and channel, and procedure; every period is
-- made of whole months. A channel that no export tells is not known: such a dossier was neither
-- filed online nor otherwise. What no profile decides is counted once and holds for all of them.

with days as (
    select
        dossiers.*,
        timezone(dossiers.time_zone, dossiers.returned_at)::date as returned_on,
        receptions.wait_seconds <= 28800 as is_within_8h
    from dossiers
    left join receptions on dossiers.dossier_id = receptions.dossier_id
),

facts as (
    select
        unit_id,
        coalesce(procedure_id, 'unknown') as procedure_id,
        coalesce(channel_in, 'other') as channel_in,
        channel_in is not null as knows_channel,
        channel_out,
        service_level,
        processed_online,
        is_within_8h,
        month_no(received_on) as received_in,
        month_no(returned_on) as returned_in
    from days
),

used as (
    select distinct profile
    from profile_moves
),

received as (
    select
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        case when grouping(procedure_id) = 0 then procedure_id else '*' end as procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        received_in as month_no,
        count(*) as received,
        count(*) filter (where channel_in = 'online') as received_online,
        count(*) filter (where knows_channel) as channel_known,
        count(*) filter (
            where channel_in = 'online' and processed_online is not null
        ) as online_known,
        count(*) filter (where channel_in = 'online' and processed_online) as online_processed,
        count(*) filter (where channel_in = 'online' and service_level = '4') as online_full,
        count(*) filter (where is_within_8h is not null) as reception_known,
        count(*) filter (where is_within_8h) as received_within_8h
    from facts
    group by grouping sets (
        (unit_id, channel_in, received_in),
        (procedure_id, received_in)
    )
),

returned as (
    select
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        case when grouping(procedure_id) = 0 then procedure_id else '*' end as procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        returned_in as month_no,
        count(*) as returned,
        count(*) filter (where channel_out = 'post') as returned_by_post,
        count(*) filter (where channel_out = 'online') as returned_online
    from facts
    where returned_in is not null and channel_out is not null
    group by grouping sets (
        (unit_id, channel_in, returned_in),
        (procedure_id, returned_in)
    )
),

closed as (
    select
        profile,
        unit_id,
        procedure_id,
        channel_in,
        closed_in as month_no,
        sum(n) filter (where outcome = 'early') as early,
        sum(n) filter (where outcome = 'on_time') as on_time,
        sum(n) filter (where outcome = 'late') as late,
        sum(n) filter (where outcome = 'withdrawn') as withdrawn,
        sum(n) filter (where outcome = 'rejected') as rejected,
        sum(n) filter (where outcome = 'unknown') as unknown
    from profile_moves
    where outcome in ('early', 'on_time', 'late', 'withdrawn', 'rejected', 'unknown')
    group by profile, unit_id, procedure_id, channel_in, closed_in
),

due as (
    select
        profile,
        unit_id,
        procedure_id,
        channel_in,
        due_in as month_no,
        sum(n) as fell_due,
        sum(n) filter (where outcome in ('early', 'on_time')) as fell_due_in_time
    from profile_moves
    where due_in > 0
    group by profile, unit_id, procedure_id, channel_in, due_in
),

counted as (
    select * from closed
    union all by name
    select * from due
    union all by name
    select
        used.profile,
        received.*
    from received
    cross join used
    union all by name
    select
        used.profile,
        returned.*
    from returned
    cross join used
),

month_counts as (
    select
        profile,
        unit_id,
        procedure_id,
        channel_in,
        month_no,
        coalesce(sum(received), 0)::bigint as received,
        coalesce(sum(received_online), 0)::bigint as received_online,
        coalesce(sum(channel_known), 0)::bigint as channel_known,
        coalesce(sum(online_known), 0)::bigint as online_known,
        coalesce(sum(online_processed), 0)::bigint as online_processed,
        coalesce(sum(online_full), 0)::bigint as online_full,
        coalesce(sum(reception_known), 0)::bigint as reception_known,
        coalesce(sum(received_within_8h), 0)::bigint as received_within_8h,
        coalesce(sum(returned), 0)::bigint as returned,
        coalesce(sum(returned_by_post), 0)::bigint as returned_by_post,
        coalesce(sum(returned_online), 0)::bigint as returned_online,
        coalesce(sum(early), 0)::bigint as early,
        coalesce(sum(on_time), 0)::bigint as on_time,
        coalesce(sum(late), 0)::bigint as late,
        coalesce(sum(withdrawn), 0)::bigint as withdrawn,
        coalesce(sum(rejected), 0)::bigint as rejected,
        coalesce(sum(unknown), 0)::bigint as unknown,
        coalesce(sum(fell_due), 0)::bigint as fell_due,
        coalesce(sum(fell_due_in_time), 0)::bigint as fell_due_in_time
    from counted
    group by profile, unit_id, procedure_id, channel_in, month_no
)

select * from month_counts
