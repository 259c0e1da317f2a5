-- grain: one row per landed step row of a dossier whose steps come from another source
-- key: row_id
-- reads: parsed_steps, numbered_sheets
-- promises: row_id is not null
-- A step that two sources log is one step. Prefer the office's own log, then the longer log,
-- whichever dossier record is kept. Empty, without a look at the dossiers, where all steps come
-- from one source.

with step_sheets as (
    select distinct sheet_no from parsed_steps
),

logs as (
    select
        sheets.sheet_no,
        sheets.source,
        sheets.kept_by,
        min(sheets.source) over () < max(sheets.source) over () as is_one_of_several
    from step_sheets
    inner join numbered_sheets as sheets on step_sheets.sheet_no = sheets.sheet_no
),

several as (
    select *
    from logs
    where is_one_of_several
),

source_logs as (
    select
        steps.dossier_id,
        several.source,
        min(several.kept_by) as kept_by,
        count(*) as n_steps
    from parsed_steps as steps
    inner join several on steps.sheet_no = several.sheet_no
    where steps.dossier_id is not null
    group by steps.dossier_id, several.source
),

others as (
    select
        dossier_id,
        source
    from source_logs
    qualify
        row_number() over (
            partition by dossier_id
            order by kept_by asc, n_steps desc, source asc
        ) > 1
),

secondary_source_steps as (
    select steps.row_id
    from parsed_steps as steps
    inner join several on steps.sheet_no = several.sheet_no
    inner join others
        on steps.dossier_id = others.dossier_id
        and several.source = others.source
)

select * from secondary_source_steps
