-- grain: one row per profile, group and civil month
-- key: profile, group_no, month_no
-- reads: dossiers, dossier_months, outcome_months, receptions
-- promises: early + on_time + late + withdrawn + rejected + unknown + received + returned
--   + fell_due > 0
-- Events by month (twelve times the year, and the month): received, resolved (by outcome; unknown
-- is resolved with an undecidable outcome), withdrawn, rejected, fell due, returned. Open dossiers
-- are counted in stock. Groups are those of count_groups; every period is made of whole months. An
-- unknown channel stays unknown: such a dossier was neither filed online nor otherwise. What no
-- profile decides is counted once and applies to all of them.

with dossier_facts as (
    select
        months.place_no,
        months.procedure_no,
        coalesce(dossiers.channel_in = 'online', false) as is_online,
        dossiers.channel_in is not null as knows_channel,
        dossiers.channel_out,
        dossiers.service_level,
        dossiers.processed_online,
        receptions.wait_seconds <= 28800 as is_within_8h,
        months.received_in,
        month_no(timezone(dossiers.time_zone, dossiers.returned_at)::date) as returned_in
    from dossiers
    inner join dossier_months as months on dossiers.dossier_id = months.dossier_id
    left join receptions on dossiers.dossier_id = receptions.dossier_id
),

profile_names as (
    select distinct profile
    from outcome_months
),

reception_counts as (
    select
        coalesce(place_no, procedure_no) as group_no,
        received_in as month_no,
        count(*) as received,
        count(*) filter (where is_online) as received_online,
        count(*) filter (where knows_channel) as channel_known,
        count(*) filter (where is_online and processed_online is not null) as online_known,
        count(*) filter (where is_online and processed_online) as online_processed,
        count(*) filter (where is_online and service_level = '4') as online_full,
        count(*) filter (where is_within_8h is not null) as reception_known,
        count(*) filter (where is_within_8h) as received_within_8h
    from dossier_facts
    group by grouping sets ((place_no, received_in), (procedure_no, received_in))
),

return_counts as (
    select
        coalesce(place_no, procedure_no) as group_no,
        returned_in as month_no,
        count(*) as returned,
        count(*) filter (where channel_out = 'post') as returned_by_post,
        count(*) filter (where channel_out = 'online') as returned_online
    from dossier_facts
    where returned_in is not null and channel_out is not null
    group by grouping sets ((place_no, returned_in), (procedure_no, returned_in))
),

closing_counts as (
    select
        profile,
        group_no,
        closed_in as month_no,
        sum(n) filter (where state = 'resolved' and outcome = 'early') as early,
        sum(n) filter (where state = 'resolved' and outcome = 'on_time') as on_time,
        sum(n) filter (where state = 'resolved' and outcome = 'late') as late,
        sum(n) filter (where state = 'withdrawn') as withdrawn,
        sum(n) filter (where state = 'rejected') as rejected,
        sum(n) filter (where state = 'resolved' and outcome = 'unknown') as unknown
    from outcome_months
    where state <> 'open'
    group by profile, group_no, closed_in
),

due_counts as (
    select
        profile,
        group_no,
        due_in as month_no,
        sum(n) as fell_due,
        sum(n) filter (where outcome in ('early', 'on_time')) as fell_due_in_time
    from outcome_months
    where due_in > 0
    group by profile, group_no, due_in
),

all_counts as (
    select * from closing_counts
    union all by name
    select * from due_counts
    union all by name
    select
        profile_names.profile,
        reception_counts.*
    from reception_counts
    cross join profile_names
    union all by name
    select
        profile_names.profile,
        return_counts.*
    from return_counts
    cross join profile_names
),

month_counts as (
    select
        profile,
        group_no,
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
    from all_counts
    group by profile, group_no, month_no
)

select * from month_counts
