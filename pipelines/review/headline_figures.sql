-- grain: one row per measure of everything together in one period, under the headline profile of
--   each revision, moved or not
-- key: measure, period
-- reads: left_measures, right_measures
-- promises: left_value is not null or right_value is not null
-- A rate is beyond where each value lies outside the interval of the other side; no count is.

with of_everything as (
    select 'left' as side, *
    from left_measures
    where profile = getvariable('left_profile')

    union all by name

    select 'right' as side, *
    from right_measures
    where profile = getvariable('right_profile')
),

of_left as (
    select *
    from of_everything
    where side = 'left' and unit_id = '*' and procedure_id = '*' and channel_in = '*'
),

of_right as (
    select *
    from of_everything
    where side = 'right' and unit_id = '*' and procedure_id = '*' and channel_in = '*'
),

headline_figures as (
    select
        coalesce(l.measure, r.measure) as measure,
        coalesce(l.period, r.period) as period,
        coalesce(l.method, r.method) as method,
        l.numerator as left_numerator,
        l.denominator as left_denominator,
        l.value as left_value,
        l.lower as left_lower,
        l.upper as left_upper,
        r.numerator as right_numerator,
        r.denominator as right_denominator,
        r.value as right_value,
        r.lower as right_lower,
        r.upper as right_upper,
        (
            l.method <> 'count'
            and r.value not between l.lower and l.upper
            and l.value not between r.lower and r.upper
        ) as is_beyond
    from of_left as l
    full join of_right as r
        on l.measure = r.measure and l.period = r.period
    where l.value is not null or r.value is not null
)

select * from headline_figures
