-- grain: one row per unit, rule and severity with what the rule found there
-- key: unit_id, rule_id, severity
-- reads: findings, dossiers
-- promises: n_rows > 0
-- A row that belongs to no known dossier counts under the unit it names, else under 'unknown'.

with unit_findings as (
    select
        findings.*,
        coalesce(dossiers.unit_id, nullif(findings.named_unit, ''), 'unknown') as unit_id
    from findings
    left join dossiers on findings.dossier_id = dossiers.dossier_id
),

findings_by_unit as (
    select
        unit_id,
        rule_id,
        severity,
        sum(n_rows)::bigint as n_rows,
        count(distinct nullif(dossier_id, '')) as n_dossiers
    from unit_findings
    group by unit_id, rule_id, severity
)

select * from findings_by_unit
