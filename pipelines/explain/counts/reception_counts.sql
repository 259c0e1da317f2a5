-- grain: one row per group and period in which dossiers were received or results returned
-- key: convention, period, group_no
-- reads: dossiers, dossier_spans, period_spans, receptions
-- promises: received + returned > 0; channel_known <= received; online_known <= received_online;
--   received = received_online + received_counter + received_post + received_other
-- What no lateness profile decides. An unknown channel stays unknown: such a dossier was received
-- otherwise than by a channel of the forms, and is not among those of known channel.

with dossier_facts as (
    select
        spans.place_no,
        spans.work_no,
        spans.received_in,
        spans.returned_in,
        dossiers.channel_in,
        coalesce(dossiers.channel_in = 'online', false) as is_online,
        dossiers.channel_out,
        coalesce(dossiers.service_level, '') as service_level,
        dossiers.processed_online,
        receptions.wait_seconds <= 28800 as is_within_8h
    from dossiers
    inner join dossier_spans as spans on dossiers.dossier_id = spans.dossier_id
    left join receptions on dossiers.dossier_id = receptions.dossier_id
),

span_receptions as (
    select
        coalesce(place_no, work_no) as group_no,
        received_in as span_no,
        count(*) as received,
        count(*) filter (where is_online) as received_online,
        count(*) filter (where channel_in = 'counter') as received_counter,
        count(*) filter (where channel_in = 'post') as received_post,
        count(*) filter (where coalesce(channel_in, '') not in ('online', 'counter', 'post'))
            as received_other,
        count(channel_in) as channel_known,
        count(*) filter (where is_online and processed_online is not null) as online_known,
        count(*) filter (where is_online and processed_online) as online_processed,
        count(*) filter (where is_online and service_level = '4') as online_full,
        count(*) filter (where is_online and service_level = '3') as online_part,
        count(*) filter (where is_online and service_level not in ('3', '4')) as online_rest,
        count(*) filter (where is_within_8h is not null) as reception_known,
        count(*) filter (where is_within_8h) as received_within_8h
    from dossier_facts
    group by grouping sets ((place_no, received_in), (work_no, received_in))
),

span_returns as (
    select
        coalesce(place_no, work_no) as group_no,
        returned_in as span_no,
        count(*) as returned,
        count(*) filter (where channel_out = 'post') as returned_by_post,
        count(*) filter (where channel_out = 'online') as returned_online,
        count(*) filter (where channel_out = 'counter') as returned_counter
    from dossier_facts
    where returned_in is not null and channel_out is not null
    group by grouping sets ((place_no, returned_in), (work_no, returned_in))
),

span_counts as (
    select * from span_receptions
    union all by name
    select * from span_returns
),

period_counts as (
    select
        periods.convention,
        periods.period,
        span_counts.* exclude (span_counts.span_no)
    from span_counts
    inner join period_spans as periods
        on span_counts.span_no between periods.first_span and periods.last_span
),

reception_counts as (
    select
        convention,
        period,
        group_no,
        coalesce(sum(columns(* exclude (convention, period, group_no))), 0)::bigint
    from period_counts
    group by convention, period, group_no
)

select * from reception_counts
