-- grain: one row per dossier whose state in an earlier closing stock was rewritten
-- key: row_kind, source_file, source_sheet, source_row
-- reads: parsed_dossiers, file_snapshots
-- promises: rule_id = 'D27'
-- The stock at an earlier export, counted from the next export of the same source, must equal the
-- reported stock. A dossier breaks it that was open in the earlier export and by the later one had
-- ended by then; or that by the later one had been received by then and is missing in the earlier
-- one, which covers that instant. The row of the later export is reported.

with rows_seen as (
    select
        dossiers.source,
        dossiers.dossier_id,
        dossiers.received_at,
        is_open_status(dossiers.status) as is_open,
        coalesce(dossiers.reported_end_at, dossiers.returned_at) as ended_at,
        snapshots.snapshot_at,
        dossiers.source_file,
        dossiers.source_sheet,
        dossiers.source_row
    from parsed_dossiers as dossiers
    inner join file_snapshots as snapshots
        on dossiers.source_file = snapshots.source_file
        and dossiers.source_sheet = snapshots.source_sheet
    where dossiers.dossier_id is not null
    qualify
        row_number() over (
            partition by dossiers.source, dossiers.dossier_id, snapshots.snapshot_at
            order by dossiers.source_file, dossiers.source_sheet, dossiers.source_row
        ) = 1
),

exports as (
    select
        source,
        snapshot_at,
        min(received_at) as covers_from,
        max(received_at) as covers_to,
        lead(snapshot_at) over (partition by source order by snapshot_at) as next_snapshot_at
    from rows_seen
    group by source, snapshot_at
),

export_pairs as (
    select
        later.source_file,
        later.source_sheet,
        later.source_row,
        exports.snapshot_at,
        earlier.dossier_id is null as is_new,
        earlier.is_open as was_open,
        later.ended_at,
        later.received_at between exports.covers_from and exports.covers_to as is_covered
    from exports
    inner join rows_seen as later
        on exports.source = later.source
        and exports.next_snapshot_at = later.snapshot_at
        and exports.snapshot_at >= later.received_at
    left join rows_seen as earlier
        on exports.source = earlier.source
        and exports.snapshot_at = earlier.snapshot_at
        and later.dossier_id = earlier.dossier_id
),

behaviour_stock as (
    select distinct
        'dossier' as row_kind,
        source_file,
        source_sheet,
        source_row,
        'D27' as rule_id,
        '' as fields
    from export_pairs
    where (is_new and is_covered) or (was_open and ended_at <= snapshot_at)
)

select * from behaviour_stock
