-- grain: one row per landed step row whose dossier has steps in a newer export
-- key: row_id
-- reads: parsed_steps, numbered_sheets, file_snapshots
-- promises: row_id is not null
-- The steps of a dossier are those of the newest export of a source that has any; files that
-- only add events (incremental) replace nothing. Sources with one export are not looked at
-- twice.

with used as (
    select distinct sheet_no from parsed_steps
),

exports as (
    select
        sheets.sheet_no,
        sheets.source,
        snapshots.snapshot_at
    from used
    inner join numbered_sheets as sheets on used.sheet_no = sheets.sheet_no
    inner join file_snapshots as snapshots on used.sheet_no = snapshots.sheet_no
    where not coalesce(sheets.incremental, false)
),

exported_again as (
    select source
    from exports
    group by source
    having min(snapshot_at) < max(snapshot_at)
),

renewed as (
    select
        exports.sheet_no,
        exports.source,
        exports.snapshot_at
    from exports
    semi join exported_again on exports.source = exported_again.source
),

newest as (
    select
        steps.dossier_id,
        renewed.source,
        max(renewed.snapshot_at) as newest_at
    from parsed_steps as steps
    inner join renewed on steps.sheet_no = renewed.sheet_no
    group by steps.dossier_id, renewed.source
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
