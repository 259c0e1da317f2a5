-- grain: one row per dossier with events: its first and last stamp
-- key: dossier_id
-- reads: step_rows, numbered_sheets
-- promises: ended_at is null or began_at <= ended_at
-- Empty where no export says that its cases take their dates from their events.

with asked as (
    select count(*) as n_sheets
    from numbered_sheets
    where case_dates <> ''
),

case_spans as (
    select
        steps.dossier_id,
        min(least(steps.arrived_at, steps.started_at, steps.finished_at)) as began_at,
        max(steps.finished_at) as ended_at
    from step_rows as steps
    cross join asked
    where steps.dossier_id is not null and asked.n_sheets > 0
    group by steps.dossier_id
)

select * from case_spans
