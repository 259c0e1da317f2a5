-- grain: one row per unit that a dossier or a step names, numbered
-- key: unit_id
-- reads: cause_dossiers, steps
-- promises: unit_no > 0
-- The number is used only in this folder.

with cause_units as (
    select
        unit_id,
        row_number() over (order by unit_id)::integer as unit_no
    from (
        select unit_id from cause_dossiers
        union
        select unit_id from steps
        where unit_id is not null
    ) as named
)

select * from cause_units
