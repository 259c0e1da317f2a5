-- grain: one row per unit, quarter of reception and part that says nothing of what is usual
-- key: unit_no, quarter_no, part
-- reads: attributable_time, unspent_steps, cause_dossiers, cause_limits
-- promises: n_steps > 0
-- What is usual, and what is extreme, is learned from the other units: a sick one among them would
-- hide the next, as one unit of nine makes up the longest tenth. So quarters far from the middle
-- unit of their time, three deviations by the share of steps that took longer than half of all
-- that took any time, are no measure for others. Where there are few units none is left out. Units
-- differ as much as those of all quarters or, if that is more, of the same year.

with spent_steps as (
    select
        dossiers.procedure_no,
        dossiers.quarter_no,
        parts.step_code,
        parts.part,
        parts.unit_no,
        parts.seconds
    from attributable_time as parts
    inner join cause_dossiers as dossiers on parts.dossier_no = dossiers.dossier_no
    where not dossiers.is_open
        and parts.part <> 'unlogged'
),

halves as (
    select
        procedure_no,
        step_code,
        part,
        quantile_disc(seconds, 0.5) as half_seconds
    from spent_steps
    group by procedure_no, step_code, part
),

step_counts as (
    select
        spent_steps.unit_no,
        spent_steps.quarter_no,
        spent_steps.part,
        1 as n_steps,
        (spent_steps.seconds > halves.half_seconds)::integer as n_longer
    from spent_steps
    inner join halves
        on spent_steps.procedure_no = halves.procedure_no
        and spent_steps.step_code = halves.step_code
        and spent_steps.part = halves.part
    union all
    select
        unit_no,
        quarter_no,
        part,
        n_steps,
        0 as n_longer
    from unspent_steps
),

quarters as (
    select
        unit_no,
        quarter_no,
        part,
        sum(n_steps)::bigint as n_steps,
        share_angle(sum(n_longer), sum(n_steps)) as angle,
        share_chance(sum(n_steps)) as chance
    from step_counts
    group by unit_no, quarter_no, part
),

offsets as (
    select
        *,
        (quarter_no - 1) // 4 as year_no,
        angle - median(angle) over span as beyond_middle,
        count(*) over span as n_units
    from quarters
    window span as (partition by quarter_no, part)
),

comparable as (
    select offsets.*
    from offsets
    cross join cause_limits as limits
    where offsets.n_units >= limits.fewest_units
        and offsets.n_steps >= limits.cell_size
),

-- half of what is normal lies within 0.6745 deviations: its square is 0.455
spreads as (
    select
        part,
        year_no,
        median(beyond_middle * beyond_middle) / 0.455 - median(chance) as spread
    from comparable
    group by grouping sets ((part), (part, year_no))
),

atypical_quarters as (
    select
        comparable.unit_no,
        comparable.quarter_no,
        comparable.part,
        comparable.n_steps
    from comparable
    inner join spreads as all_years
        on comparable.part = all_years.part
        and all_years.year_no is null
    inner join spreads as same_year
        on comparable.part = same_year.part
        and comparable.year_no = same_year.year_no
    cross join cause_limits as limits
    where comparable.beyond_middle * comparable.beyond_middle
        > 9 * (
            comparable.chance
            + greatest(
                all_years.spread, same_year.spread, pow(limits.least_difference / 100, 2)
            )
        )
)

select * from atypical_quarters
