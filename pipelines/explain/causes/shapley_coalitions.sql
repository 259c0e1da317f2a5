-- grain: one row per number of causes (1 to 8) and set of them
-- key: n_causes, mask
-- reads: cause_limits
-- promises: n_causes between 1 and 8
-- What a set that makes the dossier on time adds to the Shapley value of each cause, in 40320ths
-- (8 factorial): for its members by their order of joining, against the others by theirs.

with numbers as (
    select unnest(range(1, most_causes + 1))::integer as n_causes
    from cause_limits
),

every_mask as (
    select unnest(range(0, 1 << most_causes))::integer as mask
    from cause_limits
),

sets as (
    select
        numbers.n_causes,
        every_mask.mask,
        bit_count(every_mask.mask)::integer as n_in
    from numbers
    inner join every_mask on every_mask.mask < 1 << numbers.n_causes
),

weights as (
    select
        *,
        case
            when n_in > 0
                then (40320 * factorial(n_in - 1) * factorial(n_causes - n_in)
                // factorial(n_causes))::integer
            else 0
        end as gain,
        case
            when n_in < n_causes
                then -(40320 * factorial(n_in) * factorial(n_causes - n_in - 1)
                // factorial(n_causes))::integer
            else 0
        end as loss
    from sets
),

shapley_coalitions as (
    select
        n_causes,
        mask,
        mask & 1 as in_1,
        (mask >> 1) & 1 as in_2,
        (mask >> 2) & 1 as in_3,
        (mask >> 3) & 1 as in_4,
        (mask >> 4) & 1 as in_5,
        (mask >> 5) & 1 as in_6,
        (mask >> 6) & 1 as in_7,
        (mask >> 7) & 1 as in_8,
        case when mask & 1 = 1 then gain else loss end as part_1,
        case when (mask >> 1) & 1 = 1 then gain else loss end as part_2,
        case when (mask >> 2) & 1 = 1 then gain else loss end as part_3,
        case when (mask >> 3) & 1 = 1 then gain else loss end as part_4,
        case when (mask >> 4) & 1 = 1 then gain else loss end as part_5,
        case when (mask >> 5) & 1 = 1 then gain else loss end as part_6,
        case when (mask >> 6) & 1 = 1 then gain else loss end as part_7,
        case when (mask >> 7) & 1 = 1 then gain else loss end as part_8
    from weights
)

select * from shapley_coalitions
