-- grain: one row per landed step row whose dossier has steps in a newer export
-- key: row_id
-- reads: parsed_steps, numbered_sheets, file_snapshots
-- promises: row_id is not null
-- The steps of a dossier are those of the newest export of a source with any; files that only add
-- events (incremental) replace nothing. Sources with one export are skipped.

with step_sheets as (
    select distinct sheet_no from parsed_steps
),

exports as (
    select
        sheets.sheet_no,
        sheets.source,
        snapshots.snapshot_at
    from step_sheets
    inner join numbered_sheets as sheets on step_sheets.sheet_no = sheets.sheet_no
    inner join file_snapshots as snapshots on step_sheets.sheet_no = snapshots.sheet_no
    where not coalesce(sheets.incremental, false)
),

repeated_sources as (
    select source
    from exports
    group by source
    having min(snapshot_at) < max(snapshot_at)
),

later_exports as (
    select
        exports.sheet_no,
        exports.source,
        exports.snapshot_at
    from exports
    semi join repeated_sources on exports.source = repeated_sources.source
),

newest as (
    select
        steps.dossier_id,
        later_exports.source,
        max(later_exports.snapshot_at) as newest_at
    from parsed_steps as steps
    inner join later_exports on steps.sheet_no = later_exports.sheet_no
    group by steps.dossier_id, later_exports.source
),

superseded_steps as (
    select steps.row_id
    from parsed_steps as steps
    inner join exports on steps.sheet_no = exports.sheet_no
    inner join newest
        on steps.dossier_id = newest.dossier_id
        and exports.source = newest.source
        and exports.snapshot_at < newest.newest_at
)

select * from superseded_steps
