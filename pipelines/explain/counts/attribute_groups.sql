-- grain: one row per combination of the attributes that reports group by, dates excluded
-- key: attribute_group_no
-- reads: dossiers, count_groups
-- promises: place_no > 0; work_no > 0
-- place_no and work_no are the numbers of their groups: the unit's channel, and the procedure or
-- the unit's field of work. reappointment says whether the due date was re-issued (yes, no; unknown
-- without a first one).

with attribute_values as (
    select distinct
        unit_id,
        coalesce(field_of_work, 'unknown') as field_of_work,
        coalesce(procedure_id, 'unknown') as procedure_id,
        coalesce(channel_in, 'other') as channel_in,
        reappointment(due_first_at, due_at) as reappointment,
        timezone(time_zone, snapshot_at)::date as snapshot_on
    from dossiers
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
                attribute_values.reappointment,
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
