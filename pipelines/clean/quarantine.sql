-- grain: one row per landed row and rule it breaks: excluded, merged or only flagged
-- key: source_file, source_sheet, source_row, row_kind, rule_id
-- reads: dossier_findings, date_warnings, code_warnings, history_findings, record_findings,
--   step_findings, pause_findings, paper_findings, behaviour_findings, quality_rules,
--   numbered_sheets, landed_dossiers, landed_steps, landed_pauses, landed_papers,
--   landed_row_findings
-- promises: severity in ('error', 'merged', 'warn', 'info'); record is not null;
--   message is not null
-- Rows of severity error and merged leave the clean tables, those of warn and info stay. The record
-- is the landed row without personal columns and without the key of the applicant; it exists only
-- for rows that break a rule.

with findings as (
    select 'dossier' as row_kind, * from dossier_findings
    union all
    select 'dossier' as row_kind, * from date_warnings
    union all
    select 'dossier' as row_kind, * from code_warnings
    union all
    select * from history_findings
    union all
    select * from record_findings
    union all
    select
        'step' as row_kind,
        sheets.source_file,
        sheets.source_sheet,
        row_of(steps.row_id) as source_row,
        steps.rule_id,
        steps.fields
    from step_findings as steps
    inner join numbered_sheets as sheets on sheet_of(steps.row_id) = sheets.sheet_no
    union all
    select 'pause' as row_kind, * from pause_findings
    union all
    select 'paper' as row_kind, * from paper_findings
    union all
    select * from behaviour_findings
    union all
    select row_kind, source_file, source_sheet, source_row, rule_id, fields
    from landed_row_findings
),

dossiers_shown as (
    select landed.*
    from landed_dossiers as landed
    semi join findings
        on findings.row_kind = 'dossier'
        and landed.source_file = findings.source_file
        and landed.source_sheet = findings.source_sheet
        and landed.source_row = findings.source_row
),

steps_shown as (
    select landed.*
    from landed_steps as landed
    semi join findings
        on findings.row_kind = 'step'
        and landed.source_file = findings.source_file
        and landed.source_sheet = findings.source_sheet
        and landed.source_row = findings.source_row
),

pauses_shown as (
    select landed.*
    from landed_pauses as landed
    semi join findings
        on findings.row_kind = 'pause'
        and landed.source_file = findings.source_file
        and landed.source_sheet = findings.source_sheet
        and landed.source_row = findings.source_row
),

papers_shown as (
    select landed.*
    from landed_papers as landed
    semi join findings
        on findings.row_kind = 'paper'
        and landed.source_file = findings.source_file
        and landed.source_sheet = findings.source_sheet
        and landed.source_row = findings.source_row
),

records as (
    select
        'dossier' as row_kind,
        source_file,
        source_sheet,
        source_row,
        json_merge_patch(
            to_json(dossiers_shown),
            '{"source_file": null, "source_sheet": null, "source_row": null,
            "x_applicant_key": null}'
        )::varchar as record
    from dossiers_shown
    union all
    select
        'step' as row_kind,
        source_file,
        source_sheet,
        source_row,
        to_json(steps_shown)::varchar as record
    from steps_shown
    union all
    select
        'pause' as row_kind,
        source_file,
        source_sheet,
        source_row,
        to_json(pauses_shown)::varchar as record
    from pauses_shown
    union all
    select
        'paper' as row_kind,
        source_file,
        source_sheet,
        source_row,
        to_json(papers_shown)::varchar as record
    from papers_shown
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
        records.record
    from findings
    inner join quality_rules as rules on findings.rule_id = rules.rule_id
    inner join records
        on findings.row_kind = records.row_kind
        and findings.source_file = records.source_file
        and findings.source_sheet = records.source_sheet
        and findings.source_row = records.source_row
)

select * from quarantine
