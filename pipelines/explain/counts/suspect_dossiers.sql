-- grain: one row per dossier in whose records a rule found something odd without taking it out
-- key: dossier_id
-- reads: findings, dossiers
-- promises: n_findings > 0

with by_rule as (
    select
        findings.dossier_id,
        findings.rule_id,
        sum(findings.n_rows)::bigint as n_findings
    from findings
    inner join dossiers on findings.dossier_id = dossiers.dossier_id
    where findings.severity = 'warn'
    group by findings.dossier_id, findings.rule_id
),

summed as (
    select
        dossier_id,
        sum(n_findings)::bigint as n_findings,
        min(rule_id) as first_rule,
        count(*) > 1 as has_several
    from by_rule
    group by dossier_id
),

-- most have one, and need no list
listed as (
    select
        by_rule.dossier_id,
        string_agg(by_rule.rule_id, ', ' order by by_rule.rule_id) as rules
    from by_rule
    semi join summed
        on by_rule.dossier_id = summed.dossier_id
        and summed.has_several
    group by by_rule.dossier_id
),

suspect_dossiers as (
    select
        summed.dossier_id,
        summed.n_findings,
        coalesce(listed.rules, summed.first_rule) as rules
    from summed
    left join listed on summed.dossier_id = listed.dossier_id
)

select * from suspect_dossiers
