-- grain: one row per landed row and rule it breaks: refused, merged or only flagged
-- key: source_file, source_sheet, source_row, row_kind, rule_id
-- reads: dossier_findings, dossier_doubts, dossier_code_doubts, history_findings, step_findings,
--   pause_findings, behaviour_findings, quality_rules, dossier_texts, landed_steps, landed_pauses
-- promises: severity in ('error', 'merged', 'warn', 'info'); record is not null;
--   message is not null
-- Severity error and merged leave the clean tables, warn and info stay there. The record is the
-- landed row, from which personal columns are gone, and the key of the applicant too.

with findings as (
    select 'dossier' as row_kind, * from dossier_findings
    union all
    select 'dossier' as row_kind, * from dossier_doubts
    union all
    select 'dossier' as row_kind, * from dossier_code_doubts
    union all
    select * from history_findings
    union all
    select 'step' as row_kind, * from step_findings
    union all
    select 'pause' as row_kind, * from pause_findings
    union all
    select * from behaviour_findings
),

records as (
    select
        'dossier' as row_kind,
        source_file,
        source_sheet,
        source_row,
        record
    from dossier_texts
    union all
    select
        'step' as row_kind,
        source_file,
        source_sheet,
        source_row,
        to_json(landed_steps)::varchar as record
    from landed_steps
    union all
    select
        'pause' as row_kind,
        source_file,
        source_sheet,
        source_row,
        to_json(landed_pauses)::varchar as record
    from landed_pauses
),

quarantine as (
    select
        findings.rule_id,
        rules.severity,
        findings.row_kind,
        findings.source_file,
        findings.source_sheet,
        findings.source_row,
        concat_ws(' ', rules.message_vi, nullif(findings.fields, '')) as message,
        concat_ws(' ', rules.message_en, nullif(findings.fields, '')) as message_en,
        json_merge_patch(records.record, '{"x_applicant_key": null}')::varchar as record
    from findings
    inner join quality_rules as rules on findings.rule_id = rules.rule_id
    inner join records
        on findings.row_kind = records.row_kind
        and findings.source_file = records.source_file
        and findings.source_sheet = records.source_sheet
        and findings.source_row = records.source_row
)

select * from quarantine
