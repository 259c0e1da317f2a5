-- grain: one row per procedure, step and unit without a regulated norm, with the norm learned from
--   other units
-- key: procedure_id, step, unit_id
-- reads: step_duration_counts
-- promises: norm_seconds > 0; n_steps >= 20
-- The median of the same step in the same procedure at all other units, rounded up to a quarter of
-- an hour: leave-one-out. With fewer than twenty steps elsewhere there is no row.

with by_unit as (
    select procedure_id, step, unit_id, quarter, sum(n) as n
    from step_duration_counts
    group by procedure_id, step, unit_id, quarter
),

all_units as (
    select procedure_id, step, quarter, sum(n)::bigint as n
    from by_unit
    group by procedure_id, step, quarter
),

units as (
    select distinct procedure_id, step, unit_id
    from by_unit
),

elsewhere as (
    select
        units.procedure_id,
        units.step,
        units.unit_id,
        all_units.quarter,
        all_units.n - coalesce(by_unit.n, 0) as n
    from units
    inner join all_units
        on units.procedure_id = all_units.procedure_id
        and units.step = all_units.step
    left join by_unit
        on units.procedure_id = by_unit.procedure_id
        and units.step = by_unit.step
        and units.unit_id = by_unit.unit_id
        and all_units.quarter = by_unit.quarter
),

cumulative_counts as (
    select
        *,
        sum(n) over (
            partition by procedure_id, step, unit_id
            order by quarter
            rows between unbounded preceding and current row
        ) as n_up_to,
        sum(n) over (partition by procedure_id, step, unit_id) as n_steps
    from elsewhere
),

learned_norms as (
    select
        procedure_id,
        step,
        unit_id,
        (min(quarter) + 1)::bigint * 900 as norm_seconds,
        max(n_steps)::bigint as n_steps
    from cumulative_counts
    where 2 * n_up_to >= n_steps and n_steps >= 20
    group by procedure_id, step, unit_id
)

select * from learned_norms
