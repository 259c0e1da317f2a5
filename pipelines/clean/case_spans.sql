-- grain: one row per dossier with events: its first stamp, and its last where its work has ended
-- key: dossier_id
-- reads: parsed_steps, numbered_sheets
-- promises: ended_at is null or completed_at is not null;
--   completed_at is null or began_at <= completed_at
-- Empty unless a source profile takes the dates of cases from their events. A case ends with its
-- last completion (completed_at), unless an activity begins then or later and the log does not
-- complete it: the case is then open and has no ended_at. An activity that begins earlier and is
-- never completed does not change the end (rule P18 reports it): logs drop completions. A case
-- without any start or completion ends with its last event.

with case_date_sheets as (
    select count(*) as n_sheets
    from numbered_sheets
    where case_dates <> ''
),

stamps as (
    select
        steps.dossier_id,
        steps.step,
        least(steps.arrived_at, steps.started_at, steps.finished_at) as first_at,
        case
            when steps.finished_at is null and not contains(steps.unreadable, 'finished_at')
                then coalesce(steps.started_at, steps.arrived_at)
        end as begun_at,
        case when coalesce(steps.transition, '') <> 'other' then steps.finished_at end as done_at,
        steps.finished_at
    from parsed_steps as steps
    cross join case_date_sheets
    where steps.dossier_id is not null and case_date_sheets.n_sheets > 0
),

activities as (
    select
        dossier_id,
        min(first_at) as first_at,
        max(begun_at) as begun_at,
        max(done_at) as done_at,
        max(finished_at) as last_at
    from stamps
    group by dossier_id, step
),

cases as (
    select
        dossier_id,
        min(first_at) as began_at,
        max(begun_at) filter (where done_at is null or done_at < begun_at) as running_since,
        max(done_at) as done_at,
        case when count(begun_at) + count(done_at) = 0 then max(last_at) end as last_at
    from activities
    group by dossier_id
),

case_spans as (
    select
        dossier_id,
        began_at,
        coalesce(done_at, last_at) as completed_at,
        case
            when running_since is null or running_since < done_at then coalesce(done_at, last_at)
        end as ended_at
    from cases
)

select * from case_spans
