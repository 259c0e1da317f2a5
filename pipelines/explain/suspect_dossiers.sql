-- grain: one row per dossier in whose records a rule found something odd without taking it out
-- key: dossier_id
-- reads: findings, dossiers
-- promises: n_findings > 0

with suspect_dossiers as (
    select
        findings.dossier_id,
        sum(findings.n_rows)::bigint as n_findings,
        string_agg(distinct findings.rule_id, ', ' order by findings.rule_id) as rules
    from findings
    inner join dossiers on findings.dossier_id = dossiers.dossier_id
    where findings.severity = 'warn'
    group by findings.dossier_id
)

select * from suspect_dossiers
