-- grain: one row per day on which the figures of a reporting period close, under any convention
-- key: ends_on
-- reads: dossiers, report_conventions
-- promises: conventions is not null
-- A period closes the day before the next one of its kind begins. Every convention counts: an
-- office that reports under another one than the calendar closes before its dates.

with years as (
    select
        unnest(range(
            coalesce(min(year(received_on)), 2000), coalesce(max(year(snapshot_at)), 2000) + 2
        ))::integer as in_year
    from dossiers
),

months as (
    select unnest(range(1, 13))::integer as in_month
),

begins as (
    select
        conventions.convention,
        make_date(years.in_year, months.in_month, conventions.first_day::integer)
        - to_months(case conventions.first_month when 'before' then 1 else 0 end) as begins_at
    from report_conventions as conventions
    cross join years
    cross join months
    where
        (months.in_month - 1) % case conventions.period_kind
            when 'month' then 1
            when 'quarter' then 3
            when 'half' then 6
            else 12
        end = 0
),

report_dates as (
    select
        begins_at::date - 1 as ends_on,
        string_agg(distinct convention, ', ' order by convention) as conventions
    from begins
    group by begins_at::date - 1
)

select * from report_dates
