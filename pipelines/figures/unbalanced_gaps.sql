-- grain: one row per profile and comparison whose components do not add up to its gap
-- key: profile, comparison
-- reads: made_gaps
-- promises:
-- audit: audits.gaps
-- The effects of mix, calendar, every cause and the residual sum to the gap to 1e-12, and none of
-- the components is left out: comparisons of one kind all have the same.

with summed as (
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
    from summed
    group by profile, kind
),

unbalanced_gaps as (
    select
        summed.profile,
        summed.comparison,
        summed.left,
        summed.right,
        round(summed.effects, 12) as effects,
        summed.gap
    from summed
    inner join full_sets
        on summed.profile = full_sets.profile
        and summed.kind = full_sets.kind
    where (
        abs(summed.effects - summed.gap) <= 1e-12
        and summed.gap = summed.most_gap
        and summed.n_others = 3
        and summed.n_components = full_sets.n_components
    ) is not true
)

select * from unbalanced_gaps
