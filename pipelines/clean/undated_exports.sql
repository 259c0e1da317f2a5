-- grain: one row per file and sheet with rows and without a snapshot
-- key: source_file, source_sheet
-- reads: file_snapshots, dossier_texts, landed_steps
-- promises:
-- audit: quality.undated_export
-- The latest stamp of a source is its snapshot, so this is a source without a readable stamp. value
-- is an example of an unreadable one; a text without a digit may be a name and is not shown.

with undated_sheets as (
    select source_file, source_sheet
    from file_snapshots
    where rows_read > 0 and snapshot_at is null
),

texts as (
    select source_file, source_sheet, source_row, 'received_at' as field, received_at as value
    from dossier_texts
    union all
    select source_file, source_sheet, source_row, 'resolved_at' as field, resolved_at as value
    from dossier_texts
    union all
    select source_file, source_sheet, source_row, 'finished_at' as field, finished_at as value
    from landed_steps
    union all
    select source_file, source_sheet, source_row, 'started_at' as field, started_at as value
    from landed_steps
),

examples as (
    select
        texts.source_file,
        texts.source_sheet,
        min((texts.source_row, texts.field, left(texts.value, 40))) as example
    from texts
    semi join undated_sheets
        on texts.source_file = undated_sheets.source_file
        and texts.source_sheet = undated_sheets.source_sheet
    where regexp_matches(texts.value, '\d')
    group by texts.source_file, texts.source_sheet
),

undated_exports as (
    select
        undated_sheets.source_file,
        undated_sheets.source_sheet,
        coalesce(examples.example[1]::varchar, '-') as source_row,
        coalesce(examples.example[2], '-') as field,
        coalesce(examples.example[3], '-') as value
    from undated_sheets
    left join examples
        on undated_sheets.source_file = examples.source_file
        and undated_sheets.source_sheet = examples.source_sheet
)

select * from undated_exports
