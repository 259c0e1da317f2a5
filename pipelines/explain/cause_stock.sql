-- grain: one row per late dossier, kind of work and unit: what the unit had in hand when it came
-- key: dossier_no, step_code, unit_no
-- reads: steps, dossier_calendars, cause_dossiers, cause_steps, cause_units, cause_limits
-- promises: in_hand >= 0; usual_in_hand >= 0
-- In hand are dossiers that had come to the unit's work before that second and were not finished
-- (open ones: until their clock's end). Usual is the median over all that ever came to the unit;
-- from too few nothing is learned. A step without the instant of its arrival is not counted.

with visits as (
    select
        calendars.dossier_no,
        steps.step_no::bigint as step_no,
        units.unit_no,
        epoch_second(steps.arrived_at)::integer as came,
        greatest(
            coalesce(epoch_second(steps.finished_at), calendars.end_second),
            epoch_second(steps.arrived_at)
        )::integer as went
    from steps
    inner join dossier_calendars as calendars on steps.dossier_id = calendars.dossier_id
    inner join cause_units as units on coalesce(steps.unit_id, '') = units.unit_id
    where steps.step_kind = 'work'
        and steps.arrived_at is not null
),

moves as (
    select unit_no, came as second, 1 as change, 1 as n_came
    from visits
    union all
    select unit_no, went as second, -1 as change, 0 as n_came
    from visits
),

moments as (
    select
        unit_no,
        second,
        sum(change)::bigint as change,
        sum(n_came)::bigint as n_came
    from moves
    group by unit_no, second
),

stocks as (
    select
        unit_no,
        second,
        n_came,
        coalesce(
            sum(change) over (
                partition by unit_no
                order by second
                rows between unbounded preceding and 1 preceding
            ), 0
        )::bigint as in_hand
    from moments
),

sizes as (
    select unit_no, in_hand, sum(n_came)::bigint as n
    from stocks
    group by unit_no, in_hand
),

ranked as (
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
        ranked.unit_no,
        min(case when 2 * ranked.n_up_to >= ranked.n_came then ranked.in_hand end)
            as usual_in_hand
    from ranked
    cross join cause_limits as limits
    where ranked.n_came >= limits.fewest_peers
    group by ranked.unit_no
),

cause_stock as (
    select
        visits.dossier_no,
        steps.step_code,
        visits.unit_no,
        max(stocks.in_hand) as in_hand,
        max(usual.usual_in_hand) as usual_in_hand
    from visits
    inner join cause_dossiers as dossiers
        on visits.dossier_no = dossiers.dossier_no
        and dossiers.is_late
    inner join cause_steps as steps
        on visits.dossier_no = steps.dossier_no
        and visits.step_no = steps.step_no
    inner join stocks
        on visits.unit_no = stocks.unit_no
        and visits.came = stocks.second
    inner join usual on visits.unit_no = usual.unit_no
    group by visits.dossier_no, steps.step_code, visits.unit_no
)

select * from cause_stock
