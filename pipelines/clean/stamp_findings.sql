-- grain: one row per file, sheet and field whose stamps were read by a rule about the whole column
-- key: source_file, source_sheet, field, rule_id
-- reads: numbered_sheets, parsed_dossiers, parsed_steps
-- promises: rule_id in ('P19', 'P20', 'P21'); n_values is not null
-- Due stamps at midnight are dates, due at the end of the day (P19), or are mixed with stamps with
-- hours and stay as written (P20). Numbers that count from 1970 (P21) concern all fields of a
-- sheet.

with rules as (
    select sheet_no, unnest(due_days) as field, 'P19' as rule_id
    from numbered_sheets
    union all
    select sheet_no, unnest(due_mixed) as field, 'P20' as rule_id
    from numbered_sheets
    union all
    select sheet_no, '' as field, 'P21' as rule_id
    from numbered_sheets
    where has_epochs
),

field_counts as (
    select sheet_no, 'due_at' as field, count(due_at) as n_values
    from parsed_dossiers
    group by sheet_no
    union all
    select sheet_no, 'due_first_at' as field, count(due_first_at) as n_values
    from parsed_dossiers
    group by sheet_no
    union all
    select sheet_no, 'step_due_at' as field, count(step_due_at) as n_values
    from parsed_steps
    group by sheet_no
),

stamp_findings as (
    select
        sheets.source_file,
        sheets.source_sheet,
        rules.field,
        rules.rule_id,
        coalesce(field_counts.n_values, sheets.rows_landed) as n_values
    from rules
    inner join numbered_sheets as sheets on rules.sheet_no = sheets.sheet_no
    left join field_counts
        on rules.sheet_no = field_counts.sheet_no
        and rules.field = field_counts.field
)

select * from stamp_findings
