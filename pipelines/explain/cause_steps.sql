-- grain: one row per judged dossier and step: its kind, and when it was last touched
-- key: dossier_no, step_no
-- reads: steps, dossier_calendars, cause_dossiers
-- promises: step_code > 0
-- A step is_waiting that was not begun, in a log that says of most such steps when they began.
-- step_code numbers the steps of all logs by kind and name and means nothing outside this room.

with met as (
    select
        step_kind,
        coalesce(step, '-') as step,
        count(finished_at) as n_ended,
        count(*) filter (where started_at is not null and finished_at is not null) as n_started
    from steps
    group by step_kind, coalesce(step, '-')
),

codes as (
    select
        step_kind,
        step,
        row_number() over (order by step_kind, step)::integer as step_code,
        2 * n_started > n_ended as logs_starts
    from met
),

cause_steps as (
    select
        calendars.dossier_no,
        steps.step_no::bigint as step_no,
        codes.step_code,
        steps.step_kind,
        codes.logs_starts and steps.started_at is null as is_waiting,
        epoch_second(
            coalesce(steps.finished_at, steps.started_at, steps.arrived_at)
        )::integer as last_second
    from steps
    inner join dossier_calendars as calendars on steps.dossier_id = calendars.dossier_id
    inner join codes
        on steps.step_kind = codes.step_kind
        and coalesce(steps.step, '-') = codes.step
    semi join cause_dossiers on calendars.dossier_no = cause_dossiers.dossier_no
)

select * from cause_steps
