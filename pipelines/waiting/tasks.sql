-- grain: one row per step with holder, start and finish in the log: a task that a person did
-- key: task_no
-- reads: steps, dossiers
-- promises: finished >= started; arrived is null or arrived <= started
-- Seconds and dense numbers, so that later joins are on integers. An account is a person of the
-- unit of the step: the same name in two units is two people. An arrival after the start is
-- replaced by the start. Steps still open and steps that end before they start are left out.

with entries as (
    select
        steps.dossier_id,
        steps.step_no,
        steps.step,
        coalesce(steps.unit_id, '') as unit_id,
        steps.holder_id,
        coalesce(dossiers.procedure_id, '') as procedure_id,
        dossiers.time_zone,
        dossiers.calendar_id,
        epoch_second(steps.arrived_at) as arrived,
        epoch_second(steps.started_at) as started,
        epoch_second(steps.finished_at) as finished
    from steps
    inner join dossiers on steps.dossier_id = dossiers.dossier_id
    where steps.holder_id is not null
        and steps.started_at is not null
        and steps.finished_at >= steps.started_at
),

cases as (
    select
        dossier_id,
        row_number() over (order by dossier_id)::integer as case_no
    from entries
    group by dossier_id
),

holders as (
    select
        unit_id,
        holder_id,
        row_number() over (order by unit_id, holder_id)::integer as holder_no
    from entries
    group by unit_id, holder_id
),

task_kinds as (
    select
        procedure_id,
        step,
        row_number() over (order by procedure_id, step)::integer as kind_no
    from entries
    group by procedure_id, step
),

tasks as (
    select
        row_number() over (order by cases.case_no, entries.step_no)::integer as task_no,
        cases.case_no,
        holders.holder_no,
        task_kinds.kind_no,
        case
            when entries.arrived is not null then least(entries.arrived, entries.started)
        end as arrived,
        entries.started,
        entries.finished,
        entries.dossier_id,
        entries.step_no,
        entries.step,
        entries.unit_id,
        entries.holder_id,
        entries.time_zone,
        entries.calendar_id
    from entries
    inner join cases on entries.dossier_id = cases.dossier_id
    inner join holders
        on entries.unit_id = holders.unit_id
        and entries.holder_id = holders.holder_id
    inner join task_kinds
        on entries.procedure_id = task_kinds.procedure_id
        and entries.step = task_kinds.step
)

select * from tasks
