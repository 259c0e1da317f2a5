-- grain: one row per group and period in which dossiers were received or results returned
-- key: convention, period, group_no
-- reads: dossiers, service_records, dossier_spans, period_spans, receptions
-- promises: received + returned + result_known > 0; channel_known <= received;
--   online_known <= received_online;
--   received = received_online + received_counter + received_post + received_other;
--   filed_elsewhere + territory_unknown <= received; paid_online + paid_counter <= paid;
--   paid <= payable; payable + payment_unknown <= received; digitised <= digitisation_known;
--   extended <= extension_known; supplemented <= supplement_known; satisfied <= rated;
--   complaints <= complaint_known; results_electronic <= result_known;
--   online_returned_online <= online_returned
-- What no lateness profile decides. An unknown channel stays unknown: such a dossier was received
-- otherwise than by a channel of the forms, and is not among those of known channel. Payable: with
-- a fee or duty. A result is electronic as recorded, else where it is returned online.

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
        receptions.wait_seconds <= 28800 as is_within_8h,
        coalesce(records.has_electronic_result, dossiers.channel_out = 'online')
            as has_electronic_result,
        records.is_filed_elsewhere,
        records.payment,
        records.is_digitised,
        records.n_extensions,
        records.n_supplements,
        records.satisfaction,
        records.has_complaint
    from dossiers
    inner join dossier_spans as spans on dossiers.dossier_id = spans.dossier_id
    left join receptions on dossiers.dossier_id = receptions.dossier_id
    left join service_records as records on dossiers.dossier_id = records.dossier_id
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
        count(*) filter (where is_within_8h) as received_within_8h,
        count(*) filter (where is_filed_elsewhere) as filed_elsewhere,
        count(*) filter (where is_filed_elsewhere is null) as territory_unknown,
        count(*) filter (where payment <> 'none') as payable,
        count(*) filter (where payment in ('online', 'counter', 'other')) as paid,
        count(*) filter (where payment = 'online') as paid_online,
        count(*) filter (where payment = 'counter') as paid_counter,
        count(*) filter (where payment is null) as payment_unknown,
        count(is_digitised) as digitisation_known,
        count(*) filter (where is_digitised) as digitised,
        count(n_extensions) as extension_known,
        count(*) filter (where n_extensions > 0) as extended,
        count(n_supplements) as supplement_known,
        count(*) filter (where n_supplements > 0) as supplemented,
        count(satisfaction) as rated,
        count(*) filter (where satisfaction = 'satisfied') as satisfied,
        count(has_complaint) as complaint_known,
        count(*) filter (where has_complaint) as complaints
    from dossier_facts
    group by grouping sets ((place_no, received_in), (work_no, received_in))
),

span_returns as (
    select
        coalesce(place_no, work_no) as group_no,
        returned_in as span_no,
        count(channel_out) as returned,
        count(*) filter (where channel_out = 'post') as returned_by_post,
        count(*) filter (where channel_out = 'online') as returned_online,
        count(*) filter (where channel_out = 'counter') as returned_counter,
        count(channel_out) filter (where is_online) as online_returned,
        count(*) filter (where is_online and channel_out = 'online') as online_returned_online,
        count(has_electronic_result) as result_known,
        count(*) filter (where has_electronic_result) as results_electronic
    from dossier_facts
    where returned_in is not null and (channel_out is not null or has_electronic_result is not null)
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
