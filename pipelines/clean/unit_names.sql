-- grain: one row per spelling of a unit's name or code and period of its validity
-- key: unit_key, valid_from
-- reads: units, unit_aliases
-- promises: valid_from <= valid_to
-- A code or name that another unit got later belongs to the unit that had it on the day.

with spellings as (
    select unit_id as spelling, unit_id, valid_from, valid_to from units
    union all
    select name_vi as spelling, unit_id, valid_from, valid_to from units
    union all
    select admin_code as spelling, unit_id, valid_from, valid_to from units
    union all
    select alias as spelling, unit_id, valid_from, valid_to from unit_aliases
),

name_periods as (
    select
        name_key(spelling) as unit_key,
        unit_id,
        coalesce(valid_from::date, date '0001-01-01') as valid_from,
        coalesce(valid_to::date, date '9999-12-31') as valid_to
    from spellings
    where spelling is not null
),

unit_names as (
    select distinct
        unit_key,
        unit_id,
        valid_from,
        valid_to
    from name_periods
)

select * from unit_names
