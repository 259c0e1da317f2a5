-- grain: one row per sheet of an export whose bytes differ between two revisions
-- key: source_file, source_sheet
-- reads: left_landed_files, right_landed_files
-- promises: change in ('appeared', 'disappeared', 'changed')

with changed_exports as (
    select
        coalesce(l.source_file, r.source_file) as source_file,
        coalesce(l.source_sheet, r.source_sheet, '') as source_sheet,
        case
            when l.source_file is null then 'appeared'
            when r.source_file is null then 'disappeared'
            else 'changed'
        end as change,
        l.rows_landed as left_rows,
        r.rows_landed as right_rows
    from left_landed_files as l
    full join right_landed_files as r
        on l.source_file = r.source_file
        and coalesce(l.source_sheet, '') = coalesce(r.source_sheet, '')
    where l.sha256 is distinct from r.sha256
)

select * from changed_exports
