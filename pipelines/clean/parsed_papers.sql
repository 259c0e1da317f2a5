-- grain: one row per usable landed row of a paper register: its text parsed into a date
-- key: source_file, source_sheet, source_row
-- reads: landed_papers, landed_row_findings, numbered_sheets
-- promises: source is not null
-- Nothing is judged; rows with structural faults are left out, and dates outside 1990 to 2060 are
-- not used.

with parsed_papers as (
    select
        papers.dossier_id,
        papers.source,
        papers.paper_result_on as paper_text,
        timezone(
            files.time_zone,
            plausible(parse_instant(papers.paper_result_on, files.day_first, files.time_zone))
        )::date as paper_result_on,
        files.time_zone,
        papers.source_file,
        papers.source_sheet,
        papers.source_row
    from landed_papers as papers
    inner join numbered_sheets as files
        on papers.source_file = files.source_file
        and papers.source_sheet = files.source_sheet
    anti join landed_row_findings as findings
        on findings.row_kind = 'paper'
        and papers.source_file = findings.source_file
        and papers.source_sheet = findings.source_sheet
        and papers.source_row = findings.source_row
)

select * from parsed_papers
