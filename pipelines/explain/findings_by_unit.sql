-- grain: one row per unit, rule and severity with what the rule found there
-- key: unit_id, rule_id, severity
-- reads: quarantine, dossiers
-- promises: n_rows > 0
-- A row that belongs to no known dossier counts under the unit it names, else under 'unknown'.

with findings as (
    select
        rule_id,
        severity,
        json_extract_string(record, '$.dossier_id') as dossier_id,
        json_extract_string(record, '$.unit_id') as named_unit
    from quarantine
),

findings_by_unit as (
    select
        coalesce(dossiers.unit_id, findings.named_unit, 'unknown') as unit_id,
        findings.rule_id,
        findings.severity,
        count(*) as n_rows,
        count(distinct findings.dossier_id) as n_dossiers
    from findings
    left join dossiers on findings.dossier_id = dossiers.dossier_id
    group by
        coalesce(dossiers.unit_id, findings.named_unit, 'unknown'),
        findings.rule_id,
        findings.severity
)

select * from findings_by_unit
