-- grain: one row per dossier row that no lateness profile may judge, with the rules that exclude it
-- key: source_file, source_sheet, source_row
-- reads: dossier_findings, date_warnings, quality_rules
-- promises: lateness_excluded <> ''

with findings as (
    select * from dossier_findings
    union all
    select * from date_warnings
),

lateness_exclusions as (
    select
        findings.source_file,
        findings.source_sheet,
        findings.source_row,
        string_agg(findings.rule_id, ', ' order by findings.rule_id) as lateness_excluded
    from findings
    inner join quality_rules as rules on findings.rule_id = rules.rule_id
    where rules.consequence = 'exclude'
    group by findings.source_file, findings.source_sheet, findings.source_row
)

select * from lateness_exclusions
