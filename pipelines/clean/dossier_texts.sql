-- grain: one row per usable landed dossier row: its text
-- key: source_file, source_sheet, source_row
-- reads: landed_dossiers, landed_row_findings, numbered_sheets, written_names
-- promises: content is not null
-- content is a digest of the row without its position: rows of one dossier with the same content
-- are duplicates. Unlisted names are put into one spelling. Rows with structural faults are left
-- out.

with row_contents as (
    select
        *,
        hash(*columns(* exclude (source_file, source_sheet, source_row))) as content
    from landed_dossiers
),

dossier_texts as (
    select
        row_contents.* replace (
            coalesce(units.name, row_contents.unit_id) as unit_id,
            coalesce(procedures.name, row_contents.procedure_id) as procedure_id,
            coalesce(titles.name, row_contents.procedure_name) as procedure_name,
            coalesce(fields.name, row_contents.field_of_work) as field_of_work
        ),
        row_id(sheets.sheet_no, row_contents.source_row) as row_id,
        sheets.sheet_no
    from row_contents
    inner join numbered_sheets as sheets
        on row_contents.source_file = sheets.source_file
        and row_contents.source_sheet = sheets.source_sheet
    left join written_names as units
        on units.field = 'unit_id'
        and not sheets.has_unit_list
        and row_contents.unit_id = units.spelling
    left join written_names as procedures
        on procedures.field = 'procedure_id'
        and not sheets.has_procedure_list
        and row_contents.procedure_id = procedures.spelling
    left join written_names as titles
        on titles.field = 'procedure_name'
        and not sheets.has_procedure_list
        and row_contents.procedure_name = titles.spelling
    left join written_names as fields
        on fields.field = 'field_of_work'
        and not sheets.has_procedure_list
        and row_contents.field_of_work = fields.spelling
    anti join landed_row_findings as findings
        on findings.row_kind = 'dossier'
        and row_contents.source_file = findings.source_file
        and row_contents.source_sheet = findings.source_sheet
        and row_contents.source_row = findings.source_row
)

select * from dossier_texts -- noqa: AM04
