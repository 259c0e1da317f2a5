-- grain: one row per span of days: from a day on which a period begins, or the last one has ended
-- key: span_no
-- reads: periods
-- promises: starts_on is not null
-- Every period is made of whole spans, and days of one span are alike to all periods. The first
-- span holds all days before.

with bounds as (
    select starts_on
    from periods
    union
    select ends_on + 1 as starts_on
    from periods
    union
    select date '0001-01-01' as starts_on
),

spans as (
    select
        (row_number() over (order by starts_on))::integer as span_no,
        starts_on
    from bounds
)

select * from spans
