-- grain: one row per dossier and pause that breaks no rule of severity error
-- key: dossier_id, pause_no
-- reads: parsed_pauses, pause_findings, logged_pauses, quality_rules
-- promises: resumed_at is null or resumed_at >= paused_at

with quarantined_rows as (
    select distinct
        findings.source_file,
        findings.source_sheet,
        findings.source_row
    from pause_findings as findings
    inner join quality_rules as rules on findings.rule_id = rules.rule_id
    where rules.severity in ('error', 'merged')
),

all_pauses as (
    select
        pauses.dossier_id,
        pauses.reason,
        pauses.paused_at,
        pauses.resumed_at,
        pauses.source_file,
        pauses.source_sheet,
        pauses.source_row
    from parsed_pauses as pauses
    anti join quarantined_rows
        on pauses.source_file = quarantined_rows.source_file
        and pauses.source_sheet = quarantined_rows.source_sheet
        and pauses.source_row = quarantined_rows.source_row
    union all
    select * from logged_pauses
),

pauses as (
    select
        dossier_id,
        row_number() over (
            partition by dossier_id
            order by paused_at, source_file, source_sheet, source_row
        )::integer as pause_no,
        reason,
        paused_at,
        resumed_at,
        source_file,
        source_sheet,
        source_row
    from all_pauses
)

select * from pauses
