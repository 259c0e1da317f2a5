-- grain: one row per unit and half-year in which late dossiers with a paper date were often late
--   only on record
-- key: unit_id, half_no
-- reads: cause_dossiers, cause_limits
-- promises: n_on_record between 1 and n_dated; lag_seconds > 0
-- What the paper dates of some late dossiers say of the others that ended in the same half-year
-- (what a unit did two years ago says nothing of today): the lower end of the 95 % interval
-- (Wilson 1927) of the share that was late only on record is paper_share in a hundred or more.
-- In nine of ten of those the record came no longer after the paper than lag_seconds.

with paper_dates as (
    select
        unit_id,
        half_no(ended_on) as half_no,
        after_paper_seconds,
        due_error_seconds + after_paper_seconds >= greatest(overrun_seconds, 1) as is_on_record
    from cause_dossiers
    where is_late
        and has_paper
        and not is_open
),

unit_counts as (
    select
        unit_id,
        half_no,
        count(*) as n_dated,
        count(*) filter (where is_on_record) as n_on_record,
        quantile_disc(after_paper_seconds, 0.9) filter (where is_on_record) as lag_seconds
    from paper_dates
    group by unit_id, half_no
),

paper_shares as (
    select
        counts.unit_id,
        counts.half_no,
        counts.n_dated,
        counts.n_on_record,
        counts.lag_seconds
    from unit_counts as counts
    cross join cause_limits as limits
    where counts.lag_seconds > 0
        and counts.n_on_record + 1.92 - 1.96 * sqrt(
            counts.n_on_record * (counts.n_dated - counts.n_on_record) / counts.n_dated
            + 0.96
        ) >= limits.paper_share / 100.0 * (counts.n_dated + 3.84)
)

select * from paper_shares
