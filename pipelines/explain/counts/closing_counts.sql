-- grain: one row per profile, group and period in which dossiers were closed or fell due
-- key: profile, convention, period, group_no
-- reads: outcome_spans, period_spans
-- promises: done = early + on_time + late + unknown; fell_due_in_time <= fell_due;
--   late = late_with_apology + late_without_apology + late_unrecorded;
--   done + withdrawn + rejected + fell_due > 0
-- Resolved by outcome (unknown: an undecidable one), withdrawn, rejected, fell due. Dossiers
-- resolved late by whether an apology was sent.

with closings as (
    select
        profile,
        group_no,
        left_in as span_no,
        sum(n) filter (where state = 'resolved') as done,
        sum(n) filter (where state = 'resolved' and outcome = 'early') as early,
        sum(n) filter (where state = 'resolved' and outcome = 'on_time') as on_time,
        sum(n) filter (where state = 'resolved' and outcome = 'late') as late,
        sum(n) filter (where state = 'resolved' and outcome = 'unknown') as unknown,
        sum(n) filter (where apology = 'yes') as late_with_apology,
        sum(n) filter (where apology = 'no') as late_without_apology,
        sum(n) filter (where apology = 'unknown') as late_unrecorded,
        sum(n) filter (where state = 'withdrawn') as withdrawn,
        sum(n) filter (where state = 'rejected') as rejected
    from outcome_spans
    where state <> 'open'
    group by profile, group_no, left_in
),

due_dates as (
    select
        profile,
        group_no,
        due_in as span_no,
        sum(n) as fell_due,
        sum(n) filter (where outcome in ('early', 'on_time')) as fell_due_in_time
    from outcome_spans
    where due_in > 0
    group by profile, group_no, due_in
),

span_counts as (
    select * from closings
    union all by name
    select * from due_dates
),

period_counts as (
    select
        periods.convention,
        periods.period,
        span_counts.* exclude (span_counts.span_no)
    from span_counts
    inner join period_spans as periods
        on span_counts.span_no between periods.first_span and periods.last_span
),

closing_counts as (
    select
        profile,
        convention,
        period,
        group_no,
        coalesce(sum(columns(* exclude (profile, convention, period, group_no))), 0)::bigint
    from period_counts
    group by profile, convention, period, group_no
)

select * from closing_counts
