-- grain: one row per source file: the fate of every row read
-- key: source_file
-- reads: numbered_sheets, landed_dossiers, landed_steps, landed_pauses, landed_papers,
--   quarantine
-- promises: rows_read = rows_clean + rows_quarantined + rows_merged + rows_ignored
-- A row of an event log can give a dossier and a step: it is quarantined when either is, and merged
-- only when all it gives are duplicates. The same applies to the stages of a wide row, which are
-- rows of its sheet. Flags do not count.

with sheets as (
    select
        named.sheet_no,
        named.source_file,
        named.source_sheet,
        coalesce(parents.sheet_no, named.sheet_no) as home_no
    from numbered_sheets as named
    left join numbered_sheets as parents
        on named.source_file = parents.source_file
        and named.sheet_of = parents.source_sheet
),

input_rows as (
    select source_file, source_sheet, source_row from landed_dossiers
    union all
    select source_file, source_sheet, source_row from landed_steps
    union all
    select source_file, source_sheet, source_row from landed_pauses
    union all
    select source_file, source_sheet, source_row from landed_papers
),

verdicts as (
    select
        row_kind,
        source_file,
        source_sheet,
        source_row,
        bool_or(severity = 'error') as is_refused,
        bool_or(severity = 'merged') as is_merged
    from quarantine
    where severity in ('error', 'merged')
    group by row_kind, source_file, source_sheet, source_row
),

landed_rows as (
    select
        row_id(sheets.home_no, input_rows.source_row) as row_id,
        count(*) as n_fed
    from input_rows
    inner join sheets
        on input_rows.source_file = sheets.source_file
        and input_rows.source_sheet = sheets.source_sheet
    group by row_id(sheets.home_no, input_rows.source_row)
),

judged_rows as (
    select
        row_id(sheets.home_no, verdicts.source_row) as row_id,
        bool_or(verdicts.is_refused) as is_refused,
        count(*) filter (where verdicts.is_merged) as n_merged
    from verdicts
    inner join sheets
        on verdicts.source_file = sheets.source_file
        and verdicts.source_sheet = sheets.source_sheet
    group by row_id(sheets.home_no, verdicts.source_row)
),

row_marks as (
    select
        sheet_of(landed_rows.row_id) as sheet_no,
        coalesce(judged_rows.is_refused, false) as is_refused,
        coalesce(judged_rows.n_merged, 0) = landed_rows.n_fed as is_merged
    from landed_rows
    left join judged_rows on landed_rows.row_id = judged_rows.row_id
),

file_counts as (
    select
        sheets.source_file,
        count(*) filter (where not row_marks.is_refused and not row_marks.is_merged) as rows_clean,
        count(*) filter (where row_marks.is_refused) as rows_quarantined,
        count(*) filter (where row_marks.is_merged and not row_marks.is_refused) as rows_merged
    from row_marks
    inner join sheets on row_marks.sheet_no = sheets.sheet_no
    group by sheets.source_file
),

files as (
    select
        source_file,
        max(source) as source,
        sum(rows_read) filter (where sheet_of is null)::bigint as rows_read,
        sum(rows_ignored) filter (where sheet_of is null)::bigint as rows_ignored
    from numbered_sheets
    group by source_file
),

reconciliation as (
    select
        files.source_file,
        files.source,
        files.rows_read,
        coalesce(file_counts.rows_clean, 0) as rows_clean,
        coalesce(file_counts.rows_quarantined, 0) as rows_quarantined,
        coalesce(file_counts.rows_merged, 0) as rows_merged,
        files.rows_ignored
    from files
    left join file_counts on files.source_file = file_counts.source_file
)

select * from reconciliation
