-- grain: one row per landed file and sheet, numbered in the order of their names
-- key: sheet_no
-- reads: landed_files
-- promises: sheet_no >= 1
-- The number and the row make row_id, the key of step rows until they are clean.

with numbered_sheets as (
    select
        row_number() over (order by source_file, source_sheet)::integer as sheet_no,
        *
    from landed_files
)

select * from numbered_sheets -- noqa: AM04
