-- grain: one row per procedure, step, unit and number of quarter hours spent, over finished
--   dossiers
-- key: procedure_id, step, unit_id, quarter
-- reads: measured_segments, dossier_calendars, dossiers, clocked_steps
-- promises: n > 0; quarter >= 0
-- parts: added up
-- Only steps without a norm of their own, waiting and service together.

with step_durations as (
    select
        coalesce(dossiers.procedure_id, '') as procedure_id,
        steps.step,
        coalesce(steps.unit_id, '') as unit_id,
        sum(segments.work_seconds) // 900 as quarter
    from measured_segments as segments
    inner join dossier_calendars as calendars on segments.dossier_no = calendars.dossier_no
    inner join dossiers on calendars.dossier_id = dossiers.dossier_id
    inner join clocked_steps as steps
        on calendars.dossier_no = steps.dossier_no
        and segments.step_no = steps.step_no
    where segments.spent_seconds is not null
        and steps.norm_seconds is null
        and steps.step is not null
        and not calendars.is_open
    group by
        coalesce(dossiers.procedure_id, ''),
        steps.step,
        coalesce(steps.unit_id, ''),
        segments.dossier_no,
        segments.step_no
),

step_duration_counts as (
    select procedure_id, step, unit_id, quarter, count(*) as n
    from step_durations
    group by procedure_id, step, unit_id, quarter
)

select * from step_duration_counts
