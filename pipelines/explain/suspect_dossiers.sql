-- grain: one row per dossier in whose records a rule found something odd without taking it out
-- key: dossier_id
-- reads: quarantine, dossiers
-- promises: n_findings > 0

with findings as (
    select
        json_extract_string(record, '$.dossier_id') as dossier_id,
        rule_id
    from quarantine
    where severity = 'warn'
),

suspect_dossiers as (
    select
        findings.dossier_id,
        count(*) as n_findings,
        string_agg(distinct findings.rule_id, ', ' order by findings.rule_id) as rules
    from findings
    inner join dossiers on findings.dossier_id = dossiers.dossier_id
    group by findings.dossier_id
)

select * from suspect_dossiers
