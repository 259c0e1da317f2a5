-- grain: one row per group of the counters: a unit's channel, a procedure or a unit's field
-- key: group_no
-- reads: dossiers
-- promises: group_no > 0
-- '*' stands for all values together. Numbers replace names where millions of rows are counted
-- and have no meaning outside this folder. An unknown channel is 'other'. Fields of work are the
-- rows of official forms: counted on request (variable by_field), in the place of procedures.

with names as (
    select distinct
        unit_id,
        '*' as field_of_work,
        '*' as procedure_id,
        coalesce(channel_in, 'other') as channel_in
    from dossiers
    union all
    select distinct
        '*' as unit_id,
        '*' as field_of_work,
        coalesce(procedure_id, 'unknown') as procedure_id,
        '*' as channel_in
    from dossiers
    where not coalesce(getvariable('by_field'), false)
    union all
    select distinct
        unit_id,
        coalesce(field_of_work, 'unknown') as field_of_work,
        '*' as procedure_id,
        '*' as channel_in
    from dossiers
    where getvariable('by_field')
),

count_groups as (
    select
        (row_number() over (order by unit_id, field_of_work, procedure_id, channel_in))::integer
            as group_no,
        unit_id,
        field_of_work,
        procedure_id,
        channel_in
    from names
)

select * from count_groups
