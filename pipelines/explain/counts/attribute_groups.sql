-- grain: one row per combination of the attributes that reports group by, dates excluded
-- key: attribute_group_no
-- reads: dossiers, service_records, count_groups
-- promises: place_no > 0; work_no > 0
-- place_no and work_no are the numbers of their groups: the unit's channel, and the procedure or
-- the unit's field of work. apology says whether one was sent (macro apology_state).

with attribute_values as (
    select distinct
        dossiers.unit_id,
        coalesce(dossiers.field_of_work, 'unknown') as field_of_work,
        coalesce(dossiers.procedure_id, 'unknown') as procedure_id,
        coalesce(dossiers.channel_in, 'other') as channel_in,
        apology_state(records.has_apology, dossiers.due_first_at, dossiers.due_at) as apology,
        timezone(dossiers.time_zone, dossiers.snapshot_at)::date as snapshot_on
    from dossiers
    left join service_records as records on dossiers.dossier_id = records.dossier_id
),

works as (
    select
        *,
        procedure_id = '*' as is_field
    from count_groups
    where channel_in = '*'
),

attribute_groups as (
    select
        (row_number() over (
            order by
                attribute_values.unit_id,
                attribute_values.field_of_work,
                attribute_values.procedure_id,
                attribute_values.channel_in,
                attribute_values.apology,
                attribute_values.snapshot_on
        ))::integer as attribute_group_no,
        attribute_values.*,
        places.group_no as place_no,
        coalesce(procedures.group_no, fields.group_no) as work_no
    from attribute_values
    inner join count_groups as places
        on attribute_values.unit_id = places.unit_id
        and attribute_values.channel_in = places.channel_in
    left join works as procedures
        on attribute_values.procedure_id = procedures.procedure_id
        and not procedures.is_field
    left join works as fields
        on attribute_values.unit_id = fields.unit_id
        and attribute_values.field_of_work = fields.field_of_work
        and fields.is_field
)

select * from attribute_groups
