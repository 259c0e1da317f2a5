-- grain: one row per judged dossier and step: its kind, and when it was last touched
-- key: dossier_no, step_no
-- reads: steps, cause_dossiers, cause_units
-- promises: step_code > 0; not is_same_holder or holder_no is not null
-- A step without a unit belongs to its holder's usual unit, else to the dossier's: one unnamed
-- office for all such steps would make units incomparable.
-- A step with is_waiting has not started, in a log that has the start of most such steps. One
-- with is_same_holder follows a step of the same holder of the same unit, without a hand-over.
-- step_code and holder_no number steps (by kind and name) and holders of all logs and are used only
-- in this folder.

with step_names as (
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
    from step_names
),

holders as (
    select
        coalesce(unit_id, '') as unit_id,
        coalesce(holder_id, '') as holder_id,
        case when holder_id is not null then dense_rank() over (order by holder_id) end::integer
            as holder_no,
        row_number() over (order by unit_id, holder_id)::integer as hand_no
    from steps
    group by unit_id, holder_id
),

-- the most frequent unit of a holder's steps
homes as (
    select
        holder_id,
        arg_min(unit_id, (-n_steps, unit_id)) as unit_id
    from (
        select holder_id, unit_id, count(*) as n_steps
        from steps
        where unit_id is not null
            and holder_id is not null
        group by holder_id, unit_id
) as unit_steps
    group by holder_id
),

-- names become numbers before other joins, so that sorting moves no texts
coded_steps as (
    select
        steps.dossier_id,
        steps.step_no,
        codes.step_code,
        codes.logs_starts and steps.started_at is null as is_waiting,
        steps.arrived_at is not null as has_arrival,
        steps.started_at is not null as has_start,
        steps.finished_at is not null as has_finish,
        epoch_second(
            coalesce(steps.finished_at, steps.started_at, steps.arrived_at)
        )::integer as last_second,
        epoch_second(
            coalesce(steps.arrived_at, steps.started_at, steps.finished_at)
        )::integer as first_second,
        epoch_second(steps.started_at)::integer as started_second,
        holders.holder_no,
        holders.hand_no,
        units.unit_no
    from steps
    left join codes
        on steps.step_kind = codes.step_kind
        and coalesce(steps.step, '-') = codes.step
    left join holders
        on coalesce(steps.unit_id, '') = holders.unit_id
        and coalesce(steps.holder_id, '') = holders.holder_id
    left join homes on steps.holder_id = homes.holder_id
    left join cause_units as units on coalesce(steps.unit_id, homes.unit_id) = units.unit_id
),

dossier_steps as (
    select
        dossiers.dossier_no,
        coded_steps.step_no,
        coded_steps.step_code,
        coded_steps.is_waiting,
        coded_steps.has_arrival,
        coded_steps.has_start,
        coded_steps.has_finish,
        coded_steps.last_second,
        coded_steps.first_second,
        coded_steps.started_second,
        coded_steps.holder_no,
        coded_steps.hand_no,
        coalesce(coded_steps.unit_no, units.unit_no) as unit_no
    from coded_steps
    inner join cause_dossiers as dossiers on coded_steps.dossier_id = dossiers.dossier_id
    inner join cause_units as units on dossiers.unit_id = units.unit_id
),

ordered_steps as (
    select
        *,
        lag(case when holder_no is not null then hand_no end) over span as hand_before,
        lag(last_second) over span as last_before,
        max(last_second) over (
            partition by dossier_no
            order by first_second, step_no
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from dossier_steps
    window span as (partition by dossier_no order by first_second, step_no)
),

cause_steps as (
    select
        ordered_steps.dossier_no,
        ordered_steps.step_no,
        ordered_steps.step_code,
        codes.step_kind,
        ordered_steps.is_waiting,
        ordered_steps.last_second,
        ordered_steps.started_second,
        ordered_steps.holder_no,
        ordered_steps.unit_no,
        ordered_steps.has_arrival,
        ordered_steps.has_start,
        ordered_steps.has_finish,
        ordered_steps.last_before is null as is_first,
        coalesce(
            ordered_steps.hand_no = ordered_steps.hand_before
            and ordered_steps.last_before = ordered_steps.reached_before,
            false
        ) as is_same_holder
    from ordered_steps
    inner join codes on ordered_steps.step_code = codes.step_code
)

select * from cause_steps
