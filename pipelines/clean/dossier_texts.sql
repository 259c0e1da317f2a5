-- grain: one row per landed dossier row: its text beside how its file is to be understood
-- key: source_file, source_sheet, source_row
-- reads: landed_dossiers, landed_files
-- promises: record is not null
-- The record is the row itself as JSON, without its position: rows with the same record repeat
-- each other.

with recorded as (
    select
        landed_dossiers.*,
        json_merge_patch(
            to_json(landed_dossiers),
            '{"source_file": null, "source_sheet": null, "source_row": null}'
        )::varchar as record
    from landed_dossiers
),

texts as (
    select
        recorded.*,
        files.day_first,
        files.time_zone,
        files.calendar_id,
        files.unit_list = 'reference' as has_unit_list,
        files.procedure_list = 'reference' as has_procedure_list,
        files.code_list = 'reference' as has_code_list,
        files.case_dates,
        files.term_value,
        files.term_unit,
        files.synthetic
    from recorded
    inner join landed_files as files
        on recorded.source_file = files.source_file
        and recorded.source_sheet = files.source_sheet
)

select * from texts -- noqa: AM04
