-- grain: one row per step that ended in the second in which it began
-- key: row_kind, source_file, source_sheet, source_row
-- reads: dossiers, steps
-- promises: rule_id = 'D14'
-- An integration without an end stamp sends the start instead. Dates (midnight on both sides) are
-- left out, and a hand-over (intake, return) may be one click.

with intervals as (
    select
        'step' as row_kind,
        steps.source_file,
        steps.source_sheet,
        steps.source_row,
        coalesce(steps.started_at, steps.arrived_at) as began_at,
        steps.finished_at as ended_at,
        dossiers.time_zone
    from steps
    inner join dossiers on steps.dossier_id = dossiers.dossier_id
    where steps.step_kind not in ('intake', 'return')
),

behaviour_instant_steps as (
    select
        row_kind,
        source_file,
        source_sheet,
        source_row,
        'D14' as rule_id,
        '' as fields
    from intervals
    where ended_at = began_at and timezone(time_zone, ended_at)::time <> time '00:00:00'
)

select * from behaviour_instant_steps
