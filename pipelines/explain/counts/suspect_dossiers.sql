-- grain: one row per dossier with a record that a rule flagged and kept
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

finding_sums as (
    select
        dossier_id,
        sum(n_findings)::bigint as n_findings,
        min(rule_id) as first_rule,
        count(*) > 1 as has_several
    from by_rule
    group by dossier_id
),

-- most have one, and need no list
rule_lists as (
    select
        by_rule.dossier_id,
        string_agg(by_rule.rule_id, ', ' order by by_rule.rule_id) as rules
    from by_rule
    semi join finding_sums
        on by_rule.dossier_id = finding_sums.dossier_id
        and finding_sums.has_several
    group by by_rule.dossier_id
),

suspect_dossiers as (
    select
        finding_sums.dossier_id,
        finding_sums.n_findings,
        coalesce(rule_lists.rules, finding_sums.first_rule) as rules
    from finding_sums
    left join rule_lists on finding_sums.dossier_id = rule_lists.dossier_id
)

select * from suspect_dossiers
