-- grain: one row per interval in which a dossier's logged status is waiting for the applicant
-- key: source_file, source_sheet, source_row
-- reads: parsed_steps, excluded_steps, step_numbers, numbered_sheets, parsed_pauses
-- promises: resumed_at is null or resumed_at >= paused_at
-- For logs with the status after each event. A pause begins with the event that sets a waiting
-- status and ends with the next event that sets another one. A separate list of pauses has
-- precedence over the log.

with logged_steps as (
    select
        steps.row_id,
        steps.dossier_id,
        coalesce(numbers.step_no, steps.logged_no) as step_no,
        steps.status_after,
        steps.finished_at
    from parsed_steps as steps
    anti join excluded_steps on steps.row_id = excluded_steps.row_id
    anti join parsed_pauses on steps.dossier_id = parsed_pauses.dossier_id
    left join step_numbers as numbers on steps.row_id = numbers.row_id
    where steps.status_after is not null and steps.finished_at is not null
),

changes as (
    select *
    from logged_steps
    qualify
        lag(status_after) over (partition by dossier_id order by finished_at, step_no)
        is distinct from status_after
),

status_intervals as (
    select
        *,
        lead(finished_at) over (partition by dossier_id order by finished_at, step_no) as ended_at
    from changes
),

logged_pauses as (
    select
        status_intervals.dossier_id,
        status_intervals.status_after as reason,
        status_intervals.finished_at as paused_at,
        status_intervals.ended_at as resumed_at,
        sheets.source_file,
        sheets.source_sheet,
        row_of(status_intervals.row_id) as source_row
    from status_intervals
    inner join numbered_sheets as sheets on sheet_of(status_intervals.row_id) = sheets.sheet_no
    where status_intervals.status_after in ('supplement', 'financial')
)

select * from logged_pauses
