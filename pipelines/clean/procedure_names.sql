-- grain: one row per code or name of a procedure and period of its validity
-- key: procedure_key, valid_from
-- reads: procedures, procedure_aliases
-- promises: valid_from <= valid_to; procedure_id is not null
-- A name that reforms gave to another code belongs to the code in force on the day.

with spellings as (
    select procedure_id as spelling, procedure_id, null as valid_from, null as valid_to
    from procedures
    union all
    select name_vi as spelling, procedure_id, null as valid_from, null as valid_to
    from procedures
    union all
    select alias as spelling, procedure_id, valid_from, valid_to
    from procedure_aliases
),

procedure_names as (
    select distinct
        name_key(spellings.spelling) as procedure_key,
        spellings.procedure_id,
        procedures.field_vi,
        coalesce(spellings.valid_from::date, date '0001-01-01') as valid_from,
        coalesce(spellings.valid_to::date, date '9999-12-31') as valid_to
    from spellings
    inner join procedures on spellings.procedure_id = procedures.procedure_id
    where spellings.spelling is not null
)

select * from procedure_names
