-- grain: one row per group of the counters: a unit's channel, or a procedure
-- key: group_no
-- reads: dossiers
-- promises: group_no > 0
-- '*' stands for all values together. Numbers replace names where millions of rows are counted
-- and have no meaning outside this folder. An unknown channel is 'other'.

with names as (
    select distinct
        unit_id,
        '*' as procedure_id,
        coalesce(channel_in, 'other') as channel_in
    from dossiers
    union all
    select distinct
        '*' as unit_id,
        coalesce(procedure_id, 'unknown') as procedure_id,
        '*' as channel_in
    from dossiers
),

count_groups as (
    select
        (row_number() over (order by unit_id, procedure_id, channel_in))::integer as group_no,
        unit_id,
        procedure_id,
        channel_in
    from names
)

select * from count_groups
