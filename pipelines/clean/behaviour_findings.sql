-- grain: one row per landed row and rule about behaviour, personal data in text or letters that it
--   breaks
-- key: row_kind, source_file, source_sheet, source_row, rule_id
-- reads: behaviour_masks, behaviour_instant_steps, behaviour_batches, behaviour_bulk_closings,
--   behaviour_double_entries, behaviour_stock, behaviour_spellings
-- promises: rule_id is not null
-- These rules only flag: their findings are likely, not certain, and exclude no row.

with behaviour_findings as (
    select * from behaviour_masks
    union all
    select * from behaviour_instant_steps
    union all
    select * from behaviour_batches
    union all
    select * from behaviour_bulk_closings
    union all
    select * from behaviour_double_entries
    union all
    select * from behaviour_stock
    union all
    select * from behaviour_spellings
)

select * from behaviour_findings -- noqa: AM04
