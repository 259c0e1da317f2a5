-- grain: one row per landed step row that repeats another row of the same export
-- key: row_id
-- reads: parsed_steps, numbered_sheets, file_snapshots
-- promises: duplicate_no > 1
-- Equal rows within one export are duplicates; those of one file that differ in unmapped columns
-- are different events (variant_no). Files that only add events (incremental) are one export. Only
-- rows whose digest occurs twice are compared.

with met_twice as (
    select content
    from parsed_steps
    group by content
    having count(*) > 1
),

alike as (
    select
        steps.*,
        case when not coalesce(sheets.incremental, false) then snapshots.snapshot_at end
            as exported_at
    from parsed_steps as steps
    semi join met_twice on steps.content = met_twice.content
    inner join numbered_sheets as sheets on steps.sheet_no = sheets.sheet_no
    inner join file_snapshots as snapshots on steps.sheet_no = snapshots.sheet_no
),

numbered_copies as (
    select
        row_id,
        row_number() over (
            partition by
                dossier_id, logged_no, step, step_kind, unit_id, holder_id, arrived_at, started_at,
                finished_at, step_due_at, norm_seconds, transition, status_after, variant_no,
                unreadable, exported_at
            order by row_id
        ) as duplicate_no
    from alike
),

duplicate_steps as (
    select
        row_id,
        duplicate_no
    from numbered_copies
    where duplicate_no > 1
)

select * from duplicate_steps
