-- grain: one row per unit, quarter of reception and part in which the unit was out of line
-- key: unit_no, quarter_no, part
-- reads: time_against_peers, cause_limits
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
    from time_against_peers
    where usual_seconds is not null
    group by unit_no, quarter_no, part
),

-- one dossier that waits makes the next one wait: counts of queues vary more, the larger the more;
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
        case
            when counted.part = 'queue' then 100 + limits.queue_correlation * (counted.n_steps - 1)
            else 100
        end as inflation,
        limits.cell_share,
        limits.cell_deviation * limits.cell_deviation as deviation_square,
        limits.half_deviation * limits.half_deviation as half_square
    from counted
    cross join cause_limits as limits
    where counted.n_steps >= limits.cell_size
),

outlying_quarters as (
    select unit_no, quarter_no, part, n_steps, n_over, n_long
    from beyond
    where (
        10000 * long_beyond * long_beyond >= deviation_square * long_variance * inflation
        and 100 * n_long >= cell_share * n_steps
    )
    or 10000 * over_beyond * over_beyond >= half_square * over_variance * inflation
)

select * from outlying_quarters
