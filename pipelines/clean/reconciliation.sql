-- grain: one row per source file: what became of every row read
-- key: source_file
-- reads: landed_files, landed_dossiers, landed_steps, landed_pauses, quarantine
-- promises: rows_read = rows_clean + rows_quarantined + rows_merged + rows_ignored
-- A row of an event log can feed a dossier and a step: it is quarantined when either is refused,
-- and merged only when all it feeds repeats an earlier row. So it is with the stages of a wide row,
-- which are rows of the sheet they came from. Flags do not count.

with fed as (
    select 'dossier' as row_kind, source_file, source_sheet, source_row from landed_dossiers
    union all
    select 'step' as row_kind, source_file, source_sheet, source_row from landed_steps
    union all
    select 'pause' as row_kind, source_file, source_sheet, source_row from landed_pauses
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
    group by row_kind, source_file, source_sheet, source_row
),

landed_rows as (
    select
        fed.source_file,
        coalesce(files.sheet_of, fed.source_sheet) as source_sheet,
        fed.source_row,
        bool_or(coalesce(verdicts.is_refused, false)) as is_refused,
        bool_and(coalesce(verdicts.is_merged, false)) as is_merged
    from fed
    inner join landed_files as files
        on fed.source_file = files.source_file
        and fed.source_sheet = files.source_sheet
    left join verdicts
        on fed.row_kind = verdicts.row_kind
        and fed.source_file = verdicts.source_file
        and fed.source_sheet = verdicts.source_sheet
        and fed.source_row = verdicts.source_row
    group by
        fed.source_file,
        coalesce(files.sheet_of, fed.source_sheet),
        fed.source_row
),

counted as (
    select
        source_file,
        count(*) filter (where not is_refused and not is_merged) as rows_clean,
        count(*) filter (where is_refused) as rows_quarantined,
        count(*) filter (where is_merged and not is_refused) as rows_merged
    from landed_rows
    group by source_file
),

files as (
    select
        source_file,
        max(source) as source,
        sum(rows_read) filter (where sheet_of is null)::bigint as rows_read,
        sum(rows_ignored) filter (where sheet_of is null)::bigint as rows_ignored
    from landed_files
    group by source_file
),

reconciliation as (
    select
        files.source_file,
        files.source,
        files.rows_read,
        coalesce(counted.rows_clean, 0) as rows_clean,
        coalesce(counted.rows_quarantined, 0) as rows_quarantined,
        coalesce(counted.rows_merged, 0) as rows_merged,
        files.rows_ignored
    from files
    left join counted on files.source_file = counted.source_file
)

select * from reconciliation
