-- grain: one row per profile and comparison whose components do not add up to its gap
-- key: profile, comparison
-- reads: made_gaps
-- promises:
-- audit: audits.gaps
-- The effects of mix, calendar, every cause and the residual sum to the gap to 1e-12, and no
-- component is missing: comparisons of one kind have the same components.

with gap_sums as (
    select
        profile,
        comparison,
        kind,
        min("left") as "left",
        min("right") as "right",
        sum(effect) as effects,
        min(gap) as gap,
        max(gap) as most_gap,
        count(*) as n_components,
        count(*) filter (where component in ('mix', 'calendar', 'residual')) as n_others
    from made_gaps
    group by profile, comparison, kind
),

full_sets as (
    select
        profile,
        kind,
        max(n_components) as n_components
    from gap_sums
    group by profile, kind
),

unbalanced_gaps as (
    select
        gap_sums.profile,
        gap_sums.comparison,
        gap_sums.left,
        gap_sums.right,
        round(gap_sums.effects, 12) as effects,
        gap_sums.gap
    from gap_sums
    inner join full_sets
        on gap_sums.profile = full_sets.profile
        and gap_sums.kind = full_sets.kind
    where (
        abs(gap_sums.effects - gap_sums.gap) <= 1e-12
        and gap_sums.gap = gap_sums.most_gap
        and gap_sums.n_others = 3
        and gap_sums.n_components = full_sets.n_components
    ) is not true
)

select * from unbalanced_gaps
