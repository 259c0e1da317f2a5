-- grain: one row per usable landed pause row: its text made into instants
-- key: source_file, source_sheet, source_row
-- reads: landed_pauses, landed_row_findings, landed_files
-- promises: unreadable is not null
-- Nothing is judged here; rows that their file's structure makes unusable are left out.

with walls as (
    select
        pauses.*,
        files.time_zone,
        coalesce(files.has_epochs, false) as has_epochs,
        coalesce(files.kept_by, 'office') as kept_by,
        wall_time(pauses.paused_at, files.day_first) as paused_wall,
        wall_time(pauses.resumed_at, files.day_first) as resumed_wall
    from landed_pauses as pauses
    inner join landed_files as files
        on pauses.source_file = files.source_file
        and pauses.source_sheet = files.source_sheet
    anti join landed_row_findings as findings
        on findings.row_kind = 'pause'
        and pauses.source_file = findings.source_file
        and pauses.source_sheet = findings.source_sheet
        and pauses.source_row = findings.source_row
),

typed as (
    select
        *,
        stamp_instant(paused_wall, paused_at, time_zone, has_epochs) as paused,
        stamp_instant(resumed_wall, resumed_at, time_zone, has_epochs) as resumed,
        in_clock_change(paused_wall, time_zone)
        or in_clock_change(resumed_wall, time_zone) as is_in_clock_change
    from walls
),

pause_rows as (
    select
        dossier_id,
        source,
        kept_by,
        reason,
        paused as paused_at,
        resumed as resumed_at,
        is_in_clock_change,
        concat_ws(
            ', ',
            case when paused_at is not null and paused is null then 'paused_at' end,
            case when resumed_at is not null and resumed is null then 'resumed_at' end
        ) as unreadable,
        source_file,
        source_sheet,
        source_row
    from typed
)

select * from pause_rows
