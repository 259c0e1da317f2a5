-- grain: one row per usable landed dossier row: its text beside how its file is to be understood
-- key: source_file, source_sheet, source_row
-- reads: landed_dossiers, landed_row_findings, numbered_sheets, written_names
-- promises: content is not null
-- content is a digest of the row without its position: rows of one dossier with the same content
-- repeat each other. Names taken as they are written stand in one spelling. Rows that their file's
-- structure makes unusable are not here.

with recorded as (
    select
        *,
        hash(*columns(* exclude (source_file, source_sheet, source_row))) as content
    from landed_dossiers
),

texts as (
    select
        recorded.* replace (
            coalesce(units.name, recorded.unit_id) as unit_id,
            coalesce(procedures.name, recorded.procedure_id) as procedure_id,
            coalesce(titles.name, recorded.procedure_name) as procedure_name,
            coalesce(fields.name, recorded.field_of_work) as field_of_work
        ),
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
    left join written_names as units
        on units.field = 'unit_id'
        and coalesce(sheets.unit_list, '') <> 'reference'
        and recorded.unit_id = units.spelling
    left join written_names as procedures
        on procedures.field = 'procedure_id'
        and coalesce(sheets.procedure_list, '') <> 'reference'
        and recorded.procedure_id = procedures.spelling
    left join written_names as titles
        on titles.field = 'procedure_name'
        and coalesce(sheets.procedure_list, '') <> 'reference'
        and recorded.procedure_name = titles.spelling
    left join written_names as fields
        on fields.field = 'field_of_work'
        and coalesce(sheets.procedure_list, '') <> 'reference'
        and recorded.field_of_work = fields.spelling
    anti join landed_row_findings as findings
        on findings.row_kind = 'dossier'
        and recorded.source_file = findings.source_file
        and recorded.source_sheet = findings.source_sheet
        and recorded.source_row = findings.source_row
)

select * from texts -- noqa: AM04
