-- grain: one row per reporting convention and period: its days, and its first and last span
-- key: convention, period
-- reads: periods, spans
-- promises: first_span <= last_span

with period_spans as (
    select
        periods.convention,
        periods.period,
        periods.starts_on,
        periods.ends_on,
        first_spans.span_no as first_span,
        next_spans.span_no - 1 as last_span
    from periods
    inner join spans as first_spans on periods.starts_on = first_spans.starts_on
    inner join spans as next_spans on periods.ends_on + 1 = next_spans.starts_on
)

select * from period_spans
