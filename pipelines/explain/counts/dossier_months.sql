-- grain: one row per dossier, with the number of its attribute group and its months
-- key: dossier_id
-- reads: dossiers, attribute_groups
-- promises: received_in > 0; snapshot_in >= received_in
-- Months are twelve times the year, and the month.

with dossier_months as (
    select
        dossiers.dossier_id,
        alike.attribute_group_no,
        alike.place_no,
        alike.procedure_no,
        dossiers.received_on,
        dossiers.received_at,
        dossiers.snapshot_at,
        dossiers.time_zone,
        month_no(dossiers.received_on) as received_in,
        month_no(alike.snapshot_on) as snapshot_in
    from dossiers
    inner join attribute_groups as alike
        on dossiers.unit_id = alike.unit_id
        and coalesce(dossiers.field_of_work, 'unknown') = alike.field_of_work
        and coalesce(dossiers.procedure_id, 'unknown') = alike.procedure_id
        and coalesce(dossiers.channel_in, 'other') = alike.channel_in
        and reappointment(dossiers.due_first_at, dossiers.due_at) = alike.reappointment
        and timezone(dossiers.time_zone, dossiers.snapshot_at)::date = alike.snapshot_on
)

select * from dossier_months
