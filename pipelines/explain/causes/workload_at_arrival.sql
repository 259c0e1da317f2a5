-- grain: one row per late dossier, kind of work and unit: what the unit had in hand when it came
-- key: dossier_no, step_code, unit_no
-- reads: steps, dossier_calendars, cause_dossiers, cause_steps, cause_units, cause_limits
-- promises: in_hand >= 0; usual_in_progress >= 0
-- In hand are dossiers that had come to the unit's work before that second and were not finished
-- (open ones: until their clock's end). Usual is the median over all that ever came to the unit;
-- from too few nothing is learned. A step without the instant of its arrival is not counted.

with visits as (
    select
        calendars.dossier_no,
        steps.step_no::bigint as step_no,
        coalesce(judged.unit_no, units.unit_no) as unit_no,
        epoch_second(steps.arrived_at)::integer as came,
        greatest(
            coalesce(epoch_second(steps.finished_at), calendars.end_second),
            epoch_second(steps.arrived_at)
        )::integer as went
    from steps
    inner join dossier_calendars as calendars on steps.dossier_id = calendars.dossier_id
    left join cause_steps as judged
        on calendars.dossier_no = judged.dossier_no
        and steps.step_no = judged.step_no
    left join cause_units as units on steps.unit_id = units.unit_id
    where steps.step_kind = 'work'
        and steps.arrived_at is not null
        and coalesce(judged.unit_no, units.unit_no) is not null
),

moves as (
    select dossier_no, step_no, unit_no, came as second, true as is_coming
    from visits
    union all
    select dossier_no, step_no, unit_no, went as second, false as is_coming
    from visits
),

-- ranks count what came or went before that second
ranked_loads as (
    select
        *,
        rank() over (partition by unit_no order by second) - 1 as n_before,
        rank() over (partition by unit_no, is_coming order by second) - 1 as n_alike_before
    from moves
),

stocks as (
    select
        dossier_no,
        step_no,
        unit_no,
        2 * n_alike_before - n_before as in_hand
    from ranked_loads
    where is_coming
),

sizes as (
    select unit_no, in_hand, count(*) as n
    from stocks
    group by unit_no, in_hand
),

load_counts as (
    select
        unit_no,
        in_hand,
        sum(n) over (partition by unit_no) as n_came,
        sum(n) over (
            partition by unit_no
            order by in_hand
            rows between unbounded preceding and current row
        ) as n_up_to
    from sizes
),

usual as (
    select
        load_counts.unit_no,
        min(case when 2 * load_counts.n_up_to >= load_counts.n_came then load_counts.in_hand end)
            as usual_in_progress
    from load_counts
    cross join cause_limits as limits
    where load_counts.n_came >= limits.fewest_peers
    group by load_counts.unit_no
),

workload_at_arrival as (
    select
        stocks.dossier_no,
        steps.step_code,
        stocks.unit_no,
        max(stocks.in_hand) as in_hand,
        max(usual.usual_in_progress) as usual_in_progress
    from stocks
    inner join cause_dossiers as dossiers
        on stocks.dossier_no = dossiers.dossier_no
        and dossiers.is_late
    inner join cause_steps as steps
        on stocks.dossier_no = steps.dossier_no
        and stocks.step_no = steps.step_no
    inner join usual on stocks.unit_no = usual.unit_no
    group by stocks.dossier_no, steps.step_code, stocks.unit_no
)

select * from workload_at_arrival
