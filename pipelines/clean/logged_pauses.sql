-- grain: one row per spell in which the log of a dossier says that it waits for the applicant
-- key: source_file, source_sheet, source_row
-- reads: parsed_steps, excluded_steps, step_numbers, numbered_sheets, parsed_pauses
-- promises: resumed_at is null or resumed_at >= paused_at
-- For logs that tell the status after each event. A spell begins with the event that sets a waiting
-- status and ends with the next event that sets another. A list of pauses of its own is believed
-- rather than the log.

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

spells as (
    select
        *,
        lead(finished_at) over (partition by dossier_id order by finished_at, step_no) as ended_at
    from changes
),

logged_pauses as (
    select
        spells.dossier_id,
        spells.status_after as reason,
        spells.finished_at as paused_at,
        spells.ended_at as resumed_at,
        sheets.source_file,
        sheets.source_sheet,
        row_of(spells.row_id) as source_row
    from spells
    inner join numbered_sheets as sheets on sheet_of(spells.row_id) = sheets.sheet_no
    where spells.status_after in ('supplement', 'financial')
)

select * from logged_pauses
