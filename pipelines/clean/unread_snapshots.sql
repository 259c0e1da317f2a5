-- grain: one row per file and sheet whose profile, heading or name gives a snapshot that is not a
--   date
-- key: source_file, source_sheet
-- reads: numbered_sheets
-- promises:
-- audit: quality.unread_snapshot

with unread_snapshots as (
    select
        source_file,
        source_sheet,
        left(snapshot_at, 40) as value
    from numbered_sheets
    where snapshot_at <> 'latest'
        and parse_due(snapshot_at, day_first, time_zone) is null
)

select * from unread_snapshots
