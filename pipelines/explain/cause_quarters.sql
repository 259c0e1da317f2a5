-- grain: one row per unit, quarter of reception and part in which the unit was out of line
-- key: unit_no, quarter_no, part
-- reads: cause_measured, cause_limits
-- promises: n_long <= n_steps
-- Out of line: many more of its steps were long, by the measure of the other units, than chance
-- gives. There even an ordinary delay is part of the pattern; elsewhere only an extreme one counts.

with counted as (
    select
        unit_no,
        quarter_no,
        part,
        count(*) as n_steps,
        count(*) filter (where seconds > long_seconds) as n_long
    from cause_measured
    where long_seconds is not null
    group by unit_no, quarter_no, part
),

cause_quarters as (
    select counted.*
    from counted
    cross join cause_limits as limits
    where counted.n_steps >= limits.cell_size
        and 100 * counted.n_long >= limits.cell_share * counted.n_steps
        and 100 * counted.n_long > (100 - limits.long_share) * counted.n_steps
        and 100 * (100 * counted.n_long - (100 - limits.long_share) * counted.n_steps)
        * (100 * counted.n_long - (100 - limits.long_share) * counted.n_steps)
        >= limits.cell_deviation * limits.cell_deviation
        * limits.long_share * (100 - limits.long_share) * counted.n_steps
)

select * from cause_quarters
