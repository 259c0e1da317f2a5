-- grain: one row per landed step row excluded from steps: quarantined or replaced by another row
-- key: row_id
-- reads: step_findings, quality_rules
-- promises: row_id is not null

with excluded_steps as (
    select distinct findings.row_id
    from step_findings as findings
    inner join quality_rules as rules on findings.rule_id = rules.rule_id
    where rules.severity in ('error', 'merged')
)

select * from excluded_steps
