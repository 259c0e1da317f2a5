-- grain: one row per unit, quarter of reception and part in which the unit was out of line
-- key: unit_no, quarter_no, part
-- reads: cause_measured, cause_limits
-- promises: n_long <= n_over; n_over <= n_steps
-- Out of line: many more of its steps were long, or over the usual, by the measure of the other
-- units, than chance gives. There an ordinary delay is part of the pattern; elsewhere only an
-- extreme one counts.

with counted as (
    select
        unit_no,
        quarter_no,
        part,
        count(*) as n_steps,
        count(*) filter (where seconds > usual_seconds) as n_over,
        count(*) filter (where seconds > long_seconds) as n_long
    from cause_measured
    where usual_seconds is not null
    group by unit_no, quarter_no, part
),

-- one late dossier makes the next wait: queues need a clearer sign
factors as (
    select
        parts.part,
        max(case when parts.part = 'queue' then limits.congestion_factor else 100 end) as percent
    from (select distinct part from counted) as parts
    cross join cause_limits as limits
    group by parts.part
),

-- by how many hundredths of a step the count passes what is expected of it
beyond as (
    select
        counted.*,
        greatest(100 * counted.n_long - (100 - limits.long_share) * counted.n_steps, 0)
            as long_beyond,
        greatest(100 * counted.n_over - (100 - limits.usual_share) * counted.n_steps, 0)
            as over_beyond,
        limits.long_share * (100 - limits.long_share) * counted.n_steps as long_variance,
        limits.usual_share * (100 - limits.usual_share) * counted.n_steps as over_variance,
        limits.cell_share,
        (limits.cell_deviation * factors.percent // 100)
        * (limits.cell_deviation * factors.percent // 100) as deviation_square,
        (limits.half_deviation * factors.percent // 100)
        * (limits.half_deviation * factors.percent // 100) as half_square
    from counted
    inner join factors on counted.part = factors.part
    cross join cause_limits as limits
    where counted.n_steps >= limits.cell_size
),

cause_quarters as (
    select unit_no, quarter_no, part, n_steps, n_over, n_long
    from beyond
    where (
        100 * long_beyond * long_beyond >= deviation_square * long_variance
        and 100 * n_long >= cell_share * n_steps
    )
    or 100 * over_beyond * over_beyond >= half_square * over_variance
)

select * from cause_quarters
