-- grain: one row per landed dossier row, beside the other rows that claim its number
-- key: source_file, source_sheet, source_row
-- reads: dossier_rows, file_snapshots
-- promises: copy_no >= 1; claim_no >= 1
-- The newest export that names a dossier wins whole; rows of earlier ones are superseded. Within
-- one export the first row wins: exact repeats have a copy_no above 1, other rows of the same
-- number a claim_no above 1.

with exported as (
    select
        dossiers.*,
        snapshots.snapshot_at
    from dossier_rows as dossiers
    inner join file_snapshots as snapshots
        on dossiers.source_file = snapshots.source_file
        and dossiers.source_sheet = snapshots.source_sheet
),

copied as (
    select
        *,
        dossier_id is not null
        and snapshot_at < max(snapshot_at) over (partition by dossier_id) as is_superseded,
        row_number() over (
            partition by record, snapshot_at
            order by source_file, source_sheet, source_row
        ) as copy_no
    from exported
),

dossier_claims as (
    select
        *,
        row_number() over (
            partition by dossier_id, snapshot_at, copy_no > 1
            order by source_file, source_sheet, source_row
        ) as claim_no
    from copied
)

select * from dossier_claims -- noqa: AM04
