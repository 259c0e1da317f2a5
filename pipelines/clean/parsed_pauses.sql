-- grain: one row per usable landed pause row: its text parsed into instants
-- key: source_file, source_sheet, source_row
-- reads: landed_pauses, landed_row_findings, numbered_sheets
-- promises: unreadable is not null
-- Nothing is judged; rows with structural faults are left out, and stamps outside 1990 to 2060 are
-- listed and not used.

with walls as (
    select
        pauses.*,
        files.time_zone,
        files.has_epochs,
        files.kept_by,
        -- lists, so that the long expressions of the macros are planned once, not once a column
        list_transform(
            [pauses.paused_at, pauses.resumed_at],
            lambda stamp: wall_time(stamp, files.day_first) -- noqa: RF02
        ) as walls
    from landed_pauses as pauses
    inner join numbered_sheets as files
        on pauses.source_file = files.source_file
        and pauses.source_sheet = files.source_sheet
    anti join landed_row_findings as findings
        on findings.row_kind = 'pause'
        and pauses.source_file = findings.source_file
        and pauses.source_sheet = findings.source_sheet
        and pauses.source_row = findings.source_row
),

read as (
    select
        *,
        list_transform(
            list_zip(walls, [paused_at, resumed_at]),
            lambda stamp: stamp_instant(stamp[1], stamp[2], time_zone, has_epochs)
        ) as instants,
        list_bool_or(list_transform(walls, lambda wall: in_clock_change(wall, time_zone)))
            as is_in_clock_change
    from walls
),

read_instants as (
    select
        *,
        instants[1] as paused_read,
        instants[2] as resumed_read
    from read
),

parsed_pauses as (
    select
        dossier_id,
        source,
        kept_by,
        reason,
        plausible(paused_read) as paused_at,
        plausible(resumed_read) as resumed_at,
        is_in_clock_change,
        concat_ws(
            ', ',
            case when paused_at is not null and paused_read is null then 'paused_at' end,
            case when resumed_at is not null and resumed_read is null then 'resumed_at' end
        ) as unreadable,
        concat_ws(
            ', ',
            implausible_text('paused_at', paused_at, paused_read),
            implausible_text('resumed_at', resumed_at, resumed_read)
        ) as implausible,
        source_file,
        source_sheet,
        source_row
    from read_instants
)

select * from parsed_pauses
