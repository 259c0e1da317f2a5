-- grain: one row per rule, dossier and unit that its rows name ('' where they name none)
-- key: rule_id, severity, dossier_id, named_unit
-- reads: quarantine, due_findings, calendar_findings
-- promises: n_rows > 0
-- Rules about rows are judged by the stage clean; D13 and D34 to D37 by the clock, which knows
-- terms and calendars.

with all_findings as (
    select rule_id, severity, record
    from quarantine
    union all
    select rule_id, severity, record
    from due_findings
    union all
    select rule_id, severity, record
    from calendar_findings
),

findings as (
    select
        rule_id,
        severity,
        coalesce(json_extract_string(record, '$.dossier_id'), '') as dossier_id,
        coalesce(json_extract_string(record, '$.unit_id'), '') as named_unit,
        count(*) as n_rows
    from all_findings
    group by all
)

select * from findings
