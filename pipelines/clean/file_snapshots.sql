-- grain: one row per source file and sheet: the instant at which the export was taken
-- key: source_file, source_sheet
-- reads: numbered_sheets, parsed_dossiers, parsed_steps, parsed_papers
-- promises:
-- A source without a stated snapshot takes its latest stamp of receptions, ends, returns and steps,
-- not of due dates; a paper register that of its papers. A file without its own takes the newest of
-- the files delivered with it (their names share a suffix), else of its source. undated_exports
-- lists files that still have none.

with by_sheet as (
    select
        sheet_no,
        greatest(max(arrived_at), max(started_at), max(finished_at)) as stamp
    from parsed_steps
    group by sheet_no
),

stamps as (
    select
        source,
        greatest(max(received_at), max(reported_end_at), max(returned_at)) as stamp
    from parsed_dossiers
    group by source
    union all
    select
        sheets.source,
        by_sheet.stamp
    from by_sheet
    inner join numbered_sheets as sheets on by_sheet.sheet_no = sheets.sheet_no
    union all
    select
        source,
        max(timezone(time_zone, paper_result_on::timestamp)) as stamp
    from parsed_papers
    group by source
),

latest as (
    select
        source,
        max(stamp) as latest_at
    from stamps
    group by source
),

stated_snapshots as (
    select
        files.source,
        files.source_file,
        files.source_sheet,
        files.sheet_no,
        files.rows_read,
        files.batch,
        case
            when files.snapshot_at = 'latest' then latest.latest_at
            else parse_due(files.snapshot_at, files.day_first, files.time_zone)
        end as stated_at
    from numbered_sheets as files
    left join latest on files.source = latest.source
),

file_snapshots as (
    select
        source_file,
        source_sheet,
        sheet_no,
        rows_read,
        coalesce(
            stated_at,
            max(stated_at) over (partition by source, batch),
            max(stated_at) over (partition by source)
        ) as snapshot_at
    from stated_snapshots
)

select * from file_snapshots
