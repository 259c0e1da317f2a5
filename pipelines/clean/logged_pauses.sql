-- grain: one row per spell in which the log of a dossier says that it waits for the applicant
-- key: source_file, source_sheet, source_row
-- reads: steps, step_claims, pause_rows
-- promises: resumed_at is null or resumed_at >= paused_at
-- For logs that tell the status after each event. A spell begins with the event that sets a waiting
-- status and ends with the next event that sets another. A list of pauses of its own is believed
-- rather than the log.

with told as (
    select
        steps.dossier_id,
        steps.step_no,
        claims.status_after,
        steps.finished_at,
        steps.source_file,
        steps.source_sheet,
        steps.source_row
    from steps
    inner join step_claims as claims
        on steps.source_file = claims.source_file
        and steps.source_sheet = claims.source_sheet
        and steps.source_row = claims.source_row
    anti join pause_rows on steps.dossier_id = pause_rows.dossier_id
    where claims.status_after is not null and steps.finished_at is not null
),

changes as (
    select *
    from told
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
        dossier_id,
        status_after as reason,
        finished_at as paused_at,
        ended_at as resumed_at,
        source_file,
        source_sheet,
        source_row
    from spells
    where status_after in ('supplement', 'financial')
)

select * from logged_pauses
