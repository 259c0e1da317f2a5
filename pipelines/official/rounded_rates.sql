-- grain: one row per printed percentage that does not follow from its counts (rule D32)
-- key: rate_id
-- reads: printed_rates
-- promises: printed is not null
-- Half a unit of the last decimal is allowed either way, in whole numbers. A percentage printed
-- with fewer decimals than others of its table must be exact: 1.725 is 1.73 or 1.72 among rates of
-- two decimals, not 1.7.

with printed_digits as (
    select
        *,
        length(split_part(printed, '.', 2)) as places,
        replace(printed, '.', '')::hugeint * denominator as printed_units
    from printed_rates
    where denominator > 0
),

scaled_rates as (
    select
        *,
        100 * numerator::hugeint * (10 ** places)::hugeint as counted,
        max(places) over () as most_places
    from printed_digits
),

rounded_rates as (
    select rate_id, numerator, denominator, printed
    from scaled_rates
    where
        2 * abs(counted - printed_units) > denominator
        or (places < most_places and counted <> printed_units)
)

select * from rounded_rates
