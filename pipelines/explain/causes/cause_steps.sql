-- grain: one row per judged dossier and step: its kind, and when it was last touched
-- key: dossier_no, step_no
-- reads: steps, cause_dossiers, cause_units
-- promises: step_code > 0; not is_same_holder or holder_no is not null
-- A step that names no unit is its holder's usual unit's, else the dossier's: one office without a
-- name would stand for all that name none, and no two units could be compared.
-- A step with is_waiting was not begun, in a log that says of most such steps when they began. One
-- with is_same_holder follows a step of the same holder of the same unit: no handover took place.
-- step_code and holder_no number steps (by kind and name) and holders of all logs and mean nothing
-- outside this room.

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

-- the unit that a holder's steps name most
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
    ) as named
    group by holder_id
),

-- names become numbers before anything else is joined, and stay out of what is put in order
coded as (
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

numbered as (
    select
        dossiers.dossier_no,
        coded.step_no,
        coded.step_code,
        coded.is_waiting,
        coded.has_arrival,
        coded.has_start,
        coded.has_finish,
        coded.last_second,
        coded.first_second,
        coded.started_second,
        coded.holder_no,
        coded.hand_no,
        coalesce(coded.unit_no, units.unit_no) as unit_no
    from coded
    inner join cause_dossiers as dossiers on coded.dossier_id = dossiers.dossier_id
    inner join cause_units as units on dossiers.unit_id = units.unit_id
),

followed as (
    select
        *,
        lag(case when holder_no is not null then hand_no end) over span as hand_before,
        lag(last_second) over span as last_before,
        max(last_second) over (
            partition by dossier_no
            order by first_second, step_no
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from numbered
    window span as (partition by dossier_no order by first_second, step_no)
),

cause_steps as (
    select
        followed.dossier_no,
        followed.step_no,
        followed.step_code,
        codes.step_kind,
        followed.is_waiting,
        followed.last_second,
        followed.started_second,
        followed.holder_no,
        followed.unit_no,
        followed.has_arrival,
        followed.has_start,
        followed.has_finish,
        followed.last_before is null as is_first,
        coalesce(
            followed.hand_no = followed.hand_before
            and followed.last_before = followed.reached_before,
            false
        ) as is_same_holder
    from followed
    inner join codes on followed.step_code = codes.step_code
)

select * from cause_steps
