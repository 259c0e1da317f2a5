-- grain: one row per step of a file whose profile says from what stamps that it lacks follow
-- key: row_id
-- reads: parsed_steps, excluded_steps, step_pairs, numbered_sheets
-- promises: row_id is not null
-- arrives_with = step_before: a step arrives when the step before it in its case ended, unless that
-- end lies after its own first stamp (work side by side). starts_with: it starts on its arrival, or
-- (finish, and steps named in instant_steps) when it ends. finishes_with = next_step: it ends when
-- the next one begins. A stamp that the log has is never replaced.

with logged_stamps as (
    select
        steps.row_id,
        steps.dossier_id,
        coalesce(steps.arrived_at, pairs.arrived_at) as arrived_at,
        coalesce(steps.started_at, pairs.started_at) as started_at,
        steps.finished_at,
        sheets.arrives_with,
        case
            when list_contains(sheets.instant_steps, steps.step) then 'finish'
            else sheets.starts_with
        end as starts_with,
        sheets.finishes_with
    from parsed_steps as steps
    anti join excluded_steps on steps.row_id = excluded_steps.row_id
    inner join numbered_sheets as sheets on steps.sheet_no = sheets.sheet_no
    left join step_pairs as pairs on steps.row_id = pairs.row_id
    where sheets.arrives_with <> ''
        or sheets.starts_with <> ''
        or sheets.finishes_with <> ''
        or len(sheets.instant_steps) > 0
),

steps_with_ends as (
    select
        * replace (
            case
                when finished_at is null and finishes_with = 'next_step'
                    then lead(coalesce(started_at, arrived_at, finished_at)) over course
                else finished_at
            end as finished_at
        ),
        coalesce(started_at, finished_at, arrived_at) as first_at
    from logged_stamps
    window course as (
        partition by dossier_id
        order by coalesce(started_at, arrived_at, finished_at), row_id
    )
),

steps_after_others as (
    select
        *,
        max(finished_at) over (
            partition by dossier_id
            order by first_at, finished_at, row_id
            rows between unbounded preceding and 1 preceding
        ) as end_before
    from steps_with_ends
),

steps_with_arrivals as (
    select
        * replace (
            case
                when arrived_at is null and arrives_with = 'step_before' and end_before <= first_at
                    then end_before
                else arrived_at
            end as arrived_at
        )
    from steps_after_others
),

derived_stamps as (
    select
        row_id,
        arrived_at,
        case
            when started_at is null and starts_with = 'arrival' then arrived_at
            when started_at is null and starts_with = 'finish' then finished_at
            else started_at
        end as started_at,
        finished_at
    from steps_with_arrivals
)

select * from derived_stamps
