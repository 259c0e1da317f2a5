-- grain: one row per landed dossier row: its text beside how its file is to be understood
-- key: source_file, source_sheet, source_row
-- reads: landed_dossiers, numbered_sheets
-- promises: content is not null
-- content is a digest of the row without its position: rows of one dossier with the same content
-- repeat each other.

with recorded as (
    select
        *,
        hash(*columns(* exclude (source_file, source_sheet, source_row))) as content
    from landed_dossiers
),

texts as (
    select
        recorded.*,
        row_id(sheets.sheet_no, recorded.source_row) as row_id,
        sheets.sheet_no,
        sheets.day_first,
        coalesce(sheets.has_epochs, false) as has_epochs,
        coalesce(sheets.due_days, []) as due_days,
        sheets.time_zone,
        sheets.calendar_id,
        sheets.unit_list = 'reference' as has_unit_list,
        sheets.procedure_list = 'reference' as has_procedure_list,
        sheets.code_list = 'reference' as has_code_list,
        coalesce(sheets.kept_by, 'office') as kept_by,
        sheets.case_dates,
        sheets.term_value as file_term_value,
        sheets.term_unit as file_term_unit,
        sheets.synthetic
    from recorded
    inner join numbered_sheets as sheets
        on recorded.source_file = sheets.source_file
        and recorded.source_sheet = sheets.source_sheet
)

select * from texts -- noqa: AM04
