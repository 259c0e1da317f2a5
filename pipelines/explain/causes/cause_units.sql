-- grain: one row per unit that a stretch of time names, numbered
-- key: unit_id
-- reads: ledger
-- promises: unit_no > 0
-- '' stands for time that belongs to no unit. The number means nothing outside this room.

with cause_units as (
    select
        unit_id,
        row_number() over (order by unit_id)::integer as unit_no
    from (select distinct coalesce(unit_id, '') as unit_id from ledger) as named
)

select * from cause_units
