-- grain: one row per landed step row, beside the other rows of its dossier
-- key: source_file, source_sheet, source_row
-- reads: step_rows, file_snapshots, landed_files
-- promises: copy_no >= 1
-- The steps of a dossier are those of the newest export that has any; files that only add events
-- (incremental) replace nothing. Rows alike within one export repeat each other; those of one file
-- that differ in columns not mapped are different events (variant_no).

with exported as (
    select
        steps.*,
        snapshots.snapshot_at,
        coalesce(files.incremental, false) as is_incremental
    from step_rows as steps
    inner join file_snapshots as snapshots
        on steps.source_file = snapshots.source_file
        and steps.source_sheet = snapshots.source_sheet
    inner join landed_files as files
        on steps.source_file = files.source_file
        and steps.source_sheet = files.source_sheet
),

exported_again as (
    select source
    from exported
    where not is_incremental
    group by source
    having min(snapshot_at) < max(snapshot_at)
),

newest as (
    select
        exported.dossier_id,
        max(exported.snapshot_at) as newest_at
    from exported
    semi join exported_again on exported.source = exported_again.source
    where not exported.is_incremental
    group by exported.dossier_id
),

step_claims as (
    select
        exported.*,
        not exported.is_incremental
        and exported.snapshot_at < coalesce(newest.newest_at, exported.snapshot_at)
            as is_superseded,
        row_number() over (
            partition by
                exported.dossier_id, exported.logged_no, exported.step, exported.step_kind,
                exported.unit_id, exported.holder_id, exported.arrived_at, exported.started_at,
                exported.finished_at, exported.step_due_at, exported.norm_seconds,
                exported.transition, exported.status_after, exported.variant_no,
                exported.unreadable,
                case when not exported.is_incremental then exported.snapshot_at end
            order by exported.source_file, exported.source_sheet, exported.source_row
        ) as copy_no
    from exported
    left join newest on exported.dossier_id = newest.dossier_id
)

select * from step_claims -- noqa: AM04
