-- grain: one row per landed dossier row, ranked among the rows of the same dossier number
-- key: source_file, source_sheet, source_row
-- reads: parsed_dossiers, file_snapshots, numbered_sheets
-- promises: duplicate_no >= 1; conflict_no >= 1; source_rank >= 1
-- Within one source the newest export of a dossier counts as a whole; rows of earlier ones are
-- superseded. Within one export the first row counts: duplicates have a duplicate_no above 1, other
-- rows of the same number a conflict_no above 1. Where several sources record a dossier, one record
-- counts as a whole and the others have a source_rank above 1: first a record that can be judged,
-- then the one that has the dossier last (the day it ended, or on which it was still open), then
-- the office's own. So a dossier is late if any record says so; other_records shows where they
-- differ. Only numbers that occur more than once are compared.

with met_again as (
    select
        dossier_id,
        dossier_id is not null and min(source) < max(source) as is_shared
    from parsed_dossiers
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
    from parsed_dossiers as dossiers
    inner join file_snapshots as snapshots on dossiers.sheet_no = snapshots.sheet_no
    inner join met_again on dossiers.dossier_id is not distinct from met_again.dossier_id
),

duplicate_ranks as (
    select
        *,
        dossier_id is not null
        and snapshot_at < max(snapshot_at) over (partition by dossier_id, source) as is_superseded,
        row_number() over (
            partition by dossier_id, source, content, snapshot_at
            order by row_id
        ) as duplicate_no
    from rivals
),

conflicts as (
    select
        *,
        row_number() over (
            partition by dossier_id, source, snapshot_at, duplicate_no > 1
            order by row_id
        ) as conflict_no
    from duplicate_ranks
),

standing as (
    select
        conflicts.dossier_id,
        conflicts.source,
        conflicts.snapshot_at,
        sheets.kept_by,
        dossiers.unreadable <> ''
        or dossiers.received_at is null
        or dossiers.unit_id is null
        or (dossiers.due_at is null and dossiers.term_value is null) as is_past_judging,
        coalesce(
            reported_end(dossiers.status, dossiers.reported_end_at, dossiers.returned_at),
            case when coalesce(is_open_status(dossiers.status), true) then conflicts.snapshot_at end
        ) as known_until,
        dossiers.time_zone
    from conflicts
    inner join parsed_dossiers as dossiers on conflicts.row_id = dossiers.row_id
    inner join numbered_sheets as sheets on dossiers.sheet_no = sheets.sheet_no
    where conflicts.is_shared
        and conflicts.duplicate_no = 1
        and conflicts.conflict_no = 1
        and not conflicts.is_superseded
),

known_days as (
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
        ) as source_rank
    from known_days
),

ranked_dossier_rows as (
    select
        dossiers.*,
        snapshots.snapshot_at,
        coalesce(conflicts.is_superseded, false) as is_superseded,
        coalesce(conflicts.duplicate_no, 1) as duplicate_no,
        coalesce(conflicts.conflict_no, 1) as conflict_no,
        coalesce(records.source_rank, 1) as source_rank
    from parsed_dossiers as dossiers
    inner join file_snapshots as snapshots on dossiers.sheet_no = snapshots.sheet_no
    left join conflicts on dossiers.row_id = conflicts.row_id
    left join records
        on conflicts.dossier_id = records.dossier_id
        and conflicts.source = records.source
)

select * from ranked_dossier_rows -- noqa: AM04
