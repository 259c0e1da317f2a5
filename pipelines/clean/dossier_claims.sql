-- grain: one row per landed dossier row, beside the other rows that claim its number
-- key: source_file, source_sheet, source_row
-- reads: dossier_rows, file_snapshots
-- promises: copy_no >= 1; claim_no >= 1
-- The newest export that names a dossier wins whole; rows of earlier ones are superseded. Within
-- one export the first row wins: exact repeats have a copy_no above 1, other rows of the same
-- number a claim_no above 1. Only numbers that come again are compared.

with met_again as (
    select dossier_id
    from dossier_rows
    group by dossier_id
    having count(*) > 1
),

rivals as (
    select
        dossiers.row_id,
        dossiers.dossier_id,
        dossiers.content,
        snapshots.snapshot_at
    from dossier_rows as dossiers
    inner join file_snapshots as snapshots on dossiers.sheet_no = snapshots.sheet_no
    semi join met_again on dossiers.dossier_id is not distinct from met_again.dossier_id
),

copied as (
    select
        *,
        dossier_id is not null
        and snapshot_at < max(snapshot_at) over (partition by dossier_id) as is_superseded,
        row_number() over (
            partition by dossier_id, content, snapshot_at
            order by row_id
        ) as copy_no
    from rivals
),

claimed as (
    select
        *,
        row_number() over (
            partition by dossier_id, snapshot_at, copy_no > 1
            order by row_id
        ) as claim_no
    from copied
),

dossier_claims as (
    select
        dossiers.*,
        snapshots.snapshot_at,
        coalesce(claimed.is_superseded, false) as is_superseded,
        coalesce(claimed.copy_no, 1) as copy_no,
        coalesce(claimed.claim_no, 1) as claim_no
    from dossier_rows as dossiers
    inner join file_snapshots as snapshots on dossiers.sheet_no = snapshots.sheet_no
    left join claimed on dossiers.row_id = claimed.row_id
)

select * from dossier_claims -- noqa: AM04
