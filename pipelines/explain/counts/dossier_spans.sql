-- grain: one row per dossier, with the numbers of its groups and the spans of its days
-- key: dossier_id
-- reads: dossiers, service_records, attribute_groups, spans
-- promises: received_in > 0; snapshot_in >= received_in
-- Spans are those in which it was received, its result returned (missing: not yet) and its export
-- taken.

with dossier_days as (
    select
        dossiers.dossier_id,
        alike.attribute_group_no,
        alike.place_no,
        alike.work_no,
        dossiers.received_on,
        dossiers.received_at,
        dossiers.snapshot_at,
        dossiers.time_zone,
        alike.snapshot_on,
        timezone(dossiers.time_zone, dossiers.returned_at)::date as returned_on
    from dossiers
    left join service_records as records on dossiers.dossier_id = records.dossier_id
    inner join attribute_groups as alike
        on dossiers.unit_id = alike.unit_id
        and coalesce(dossiers.field_of_work, 'unknown') = alike.field_of_work
        and coalesce(dossiers.procedure_id, 'unknown') = alike.procedure_id
        and coalesce(dossiers.channel_in, 'other') = alike.channel_in
        and apology_state(records.has_apology, dossiers.due_first_at, dossiers.due_at)
        = alike.apology
        and timezone(dossiers.time_zone, dossiers.snapshot_at)::date = alike.snapshot_on
),

days as (
    select received_on as day
    from dossier_days
    union
    select returned_on as day
    from dossier_days
    union
    select snapshot_on as day
    from dossier_days
),

day_spans as (
    select
        days.day,
        spans.span_no
    from days
    asof inner join spans on days.day >= spans.starts_on
),

dossier_spans as (
    select
        dossier_days.dossier_id,
        dossier_days.attribute_group_no,
        dossier_days.place_no,
        dossier_days.work_no,
        dossier_days.received_on,
        dossier_days.received_at,
        dossier_days.snapshot_at,
        dossier_days.time_zone,
        received.span_no as received_in,
        returned.span_no as returned_in,
        snapshots.span_no as snapshot_in
    from dossier_days
    inner join day_spans as received on dossier_days.received_on = received.day
    inner join day_spans as snapshots on dossier_days.snapshot_on = snapshots.day
    left join day_spans as returned on dossier_days.returned_on = returned.day
)

select * from dossier_spans
