-- grain: one row per landed pause row: its text made into instants
-- key: source_file, source_sheet, source_row
-- reads: landed_pauses, landed_files
-- promises: copy_no >= 1
-- Nothing is judged or dropped here. A row that repeats another exactly has a copy_no above 1.

with pause_rows as (
    select
        pauses.dossier_id,
        pauses.source,
        pauses.reason,
        parse_instant(pauses.paused_at, files.day_first, files.time_zone) as paused_at,
        parse_instant(pauses.resumed_at, files.day_first, files.time_zone) as resumed_at,
        in_clock_change(pauses.paused_at, files.day_first, files.time_zone)
        or in_clock_change(pauses.resumed_at, files.day_first, files.time_zone)
            as is_in_clock_change,
        concat_ws(
            ', ',
            case
                when
                    pauses.paused_at is not null
                    and parse_instant(pauses.paused_at, files.day_first, files.time_zone) is null
                    then 'paused_at'
            end,
            case
                when
                    pauses.resumed_at is not null
                    and parse_instant(pauses.resumed_at, files.day_first, files.time_zone) is null
                    then 'resumed_at'
            end
        ) as unreadable,
        row_number() over (
            partition by pauses.dossier_id, pauses.reason, pauses.paused_at, pauses.resumed_at
            order by pauses.source_file, pauses.source_sheet, pauses.source_row
        ) as copy_no,
        pauses.source_file,
        pauses.source_sheet,
        pauses.source_row
    from landed_pauses as pauses
    inner join landed_files as files
        on pauses.source_file = files.source_file
        and pauses.source_sheet = files.source_sheet
)

select * from pause_rows
