-- grain: one row per landed row in which an identifier of a person was masked
-- key: row_kind, source_file, source_sheet, source_row
-- reads: landed_masks
-- promises: rule_id = 'D31'
-- What was masked is not kept; the fields and the kinds of identifier are.

with finds as (
    select distinct
        row_kind,
        source_file,
        source_sheet,
        source_row,
        concat(field, ': ', pattern) as find
    from landed_masks
),

behaviour_masks as (
    select
        row_kind,
        source_file,
        source_sheet,
        source_row,
        'D31' as rule_id,
        string_agg(find, ', ' order by find) as fields
    from finds
    group by row_kind, source_file, source_sheet, source_row
)

select * from behaviour_masks
