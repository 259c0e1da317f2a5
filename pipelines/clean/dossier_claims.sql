-- grain: one row per landed dossier row, beside the other rows that claim its number
-- key: source_file, source_sheet, source_row
-- reads: dossier_rows, file_snapshots
-- promises: copy_no >= 1; claim_no >= 1; record_no >= 1
-- Of one source, the newest export that names a dossier wins whole; rows of earlier ones are
-- superseded. Within one export the first row wins: exact repeats have a copy_no above 1, other
-- rows of the same number a claim_no above 1. Where several sources record a dossier, one record
-- counts, whole, and the others have a record_no above 1: one that can be judged goes before one
-- that cannot, then the one that has the dossier last (the day it ended, or on which it was still
-- open), then the office's own. So a dossier is late if any record says so; whether rightly, the
-- other records tell (other_records). Only numbers that come again are compared.

with met_again as (
    select
        dossier_id,
        dossier_id is not null and min(source) < max(source) as is_shared
    from dossier_rows
    group by dossier_id
    having count(*) > 1
),

rivals as (
    select
        dossiers.row_id,
        dossiers.dossier_id,
        dossiers.source,
        dossiers.content,
        met_again.is_shared,
        snapshots.snapshot_at
    from dossier_rows as dossiers
    inner join file_snapshots as snapshots on dossiers.sheet_no = snapshots.sheet_no
    inner join met_again on dossiers.dossier_id is not distinct from met_again.dossier_id
),

copied as (
    select
        *,
        dossier_id is not null
        and snapshot_at < max(snapshot_at) over (partition by dossier_id, source) as is_superseded,
        row_number() over (
            partition by dossier_id, source, content, snapshot_at
            order by row_id
        ) as copy_no
    from rivals
),

claimed as (
    select
        *,
        row_number() over (
            partition by dossier_id, source, snapshot_at, copy_no > 1
            order by row_id
        ) as claim_no
    from copied
),

standing as (
    select
        claimed.dossier_id,
        claimed.source,
        claimed.snapshot_at,
        dossiers.kept_by,
        dossiers.unreadable <> ''
        or dossiers.received_at is null
        or dossiers.unit_id is null
        or (dossiers.due_at is null and dossiers.term_value is null) as is_past_judging,
        coalesce(
            told_end(dossiers.status, dossiers.reported_end_at, dossiers.returned_at),
            case when coalesce(is_open_status(dossiers.status), true) then claimed.snapshot_at end
        ) as known_until,
        dossiers.time_zone
    from claimed
    inner join dossier_rows as dossiers on claimed.row_id = dossiers.row_id
    where claimed.is_shared
        and claimed.copy_no = 1
        and claimed.claim_no = 1
        and not claimed.is_superseded
),

dated as (
    select
        *,
        timezone(time_zone, known_until)::date as known_until_on
    from standing
),

records as (
    select
        dossier_id,
        source,
        row_number() over (
            partition by dossier_id
            order by
                is_past_judging asc,
                known_until_on desc nulls last,
                kept_by asc,
                snapshot_at desc,
                source asc
        ) as record_no
    from dated
),

dossier_claims as (
    select
        dossiers.*,
        snapshots.snapshot_at,
        coalesce(claimed.is_superseded, false) as is_superseded,
        coalesce(claimed.copy_no, 1) as copy_no,
        coalesce(claimed.claim_no, 1) as claim_no,
        coalesce(records.record_no, 1) as record_no
    from dossier_rows as dossiers
    inner join file_snapshots as snapshots on dossiers.sheet_no = snapshots.sheet_no
    left join claimed on dossiers.row_id = claimed.row_id
    left join records
        on claimed.dossier_id = records.dossier_id
        and claimed.source = records.source
)

select * from dossier_claims -- noqa: AM04
