-- grain: one row per landed file and sheet, numbered in the order of their names
-- key: sheet_no
-- reads: landed_files
-- promises: sheet_no >= 1; kept_by in ('office', 'portal'); has_epochs is not null;
--   due_days is not null; instant_steps is not null
-- The number and the row make row_id, the key of rows until they are clean. How the text of a file
-- is read is joined from here where a rule asks; nothing else carries it.

with numbered_sheets as (
    select
        row_number() over (order by source_file, source_sheet)::integer as sheet_no,
        * exclude (departments_of) replace (
            coalesce(has_epochs, false) as has_epochs,
            coalesce(due_days, []) as due_days,
            coalesce(kept_by, 'office') as kept_by,
            coalesce(arrives_with, '') as arrives_with,
            coalesce(starts_with, '') as starts_with,
            coalesce(finishes_with, '') as finishes_with,
            coalesce(instant_steps, []) as instant_steps
        ),
        coalesce(unit_list = 'reference', false) as has_unit_list,
        -- a unit that stands by itself has no parent
        list_distinct(string_split(concat(',', departments_of), ',')) as departments_of,
        coalesce(procedure_list = 'reference', false) as has_procedure_list,
        coalesce(code_list = 'reference', false) as has_code_list
    from landed_files
)

select * from numbered_sheets -- noqa: AM04
