-- grain: one row per dossier with events: its first and last stamp
-- key: dossier_id
-- reads: step_rows
-- promises: ended_at is null or began_at <= ended_at

with case_spans as (
    select
        dossier_id,
        min(least(arrived_at, started_at, finished_at)) as began_at,
        max(finished_at) as ended_at
    from step_rows
    where dossier_id is not null
    group by dossier_id
)

select * from case_spans
