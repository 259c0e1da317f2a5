-- grain: one row per unit and period whose late dossiers its causes do not add up to
-- key: unit_id, period
-- reads: cause_cells, late_dossiers, periods
-- promises:
-- audit: audits.cause_cells
-- The shares of the causes, added up over dossiers, give the number of late dossiers of a unit in a
-- period exactly, and so does the row of all causes; shares are whole parts of share_whole.

with late as (
    select
        late_dossiers.unit_id,
        periods.period,
        count(*) as n_late
    from late_dossiers
    inner join periods
        on late_dossiers.ended_on >= periods.starts_on
        and late_dossiers.ended_on <= periods.ends_on
    group by late_dossiers.unit_id, periods.period
),

share_sums as (
    select
        unit_id,
        period,
        sum(case when cause = '*' then n_late else 0 end)::bigint as n_late,
        sum(case when cause = '*' then round(late_share * share_whole())::bigint else 0 end)::bigint
            as parts_together,
        sum(case when cause = '*' then 0 else round(late_share * share_whole())::bigint end)::bigint
            as parts
    from cause_cells
    group by unit_id, period
),

unbalanced_causes as (
    select
        coalesce(share_sums.unit_id, late.unit_id) as unit_id,
        coalesce(share_sums.period, late.period) as period,
        coalesce(late.n_late, 0) as n_late,
        round(coalesce(share_sums.parts, 0) / share_whole(), 6) as late_share
    from share_sums
    full join late on share_sums.unit_id = late.unit_id and share_sums.period = late.period
    where (
        share_sums.n_late = coalesce(late.n_late, 0)
        and share_sums.parts = share_whole() * share_sums.n_late
        and share_sums.parts_together = share_sums.parts
    ) is not true
)

select * from unbalanced_causes
