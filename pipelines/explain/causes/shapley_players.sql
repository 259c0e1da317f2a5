-- grain: one row per late dossier and cause present, the largest first, the unexplained part last
-- key: dossier_no, slot
-- reads: cause_excess, cause_dossiers, cause_list, typed_reasons, infeasible_norms,
--   cause_limits
-- promises: slot between 1 and 22; excess_seconds > 0; needed_seconds > 0
-- needed_seconds must be saved for the dossier to be on time. A cause with at least least_share of
-- them is a player; smaller ones, and the part of the overrun that no cause explains, are
-- unexplained, so that all players together save it. A typed reason, where there is one, explains
-- that rest.

with players as (
    select
        excess.*,
        dossiers.overrun_seconds,
        greatest(dossiers.overrun_seconds, 1) as needed_seconds,
        row_number() over (
            partition by excess.dossier_no
            order by excess.excess_seconds desc, cause_list.cause_no asc
        ) as place
    from cause_excess as excess
    inner join cause_list on excess.cause = cause_list.cause
    inner join cause_dossiers as dossiers on excess.dossier_no = dossiers.dossier_no
    where dossiers.is_late
),

sized_players as (
    select
        players.*,
        100 * players.excess_seconds >= limits.least_share * players.needed_seconds as is_named
    from players
    cross join cause_limits as limits
),

sums as (
    select
        dossier_no,
        sum(excess_seconds)::bigint as excess_seconds,
        sum(case when is_named then 0 else excess_seconds end)::bigint as small_seconds,
        count(*) filter (where is_named) as n_named
    from sized_players
    group by dossier_no
),

-- a typed reason explains the rest, unless better evidence already supports that cause
open_reasons as (
    select typed_reasons.dossier_no, typed_reasons.cause
    from typed_reasons
    anti join sized_players
        on typed_reasons.dossier_no = sized_players.dossier_no
        and typed_reasons.cause = sized_players.cause
        and sized_players.is_named
),

left_over as (
    select
        dossiers.dossier_no,
        dossiers.overrun_seconds,
        greatest(dossiers.overrun_seconds, 1) as needed_seconds,
        coalesce(sums.n_named, 0) as n_named,
        coalesce(sums.small_seconds, 0) as small_seconds,
        greatest(
            greatest(dossiers.overrun_seconds, 1) - coalesce(sums.excess_seconds, 0), 0
        ) as left_seconds
    from cause_dossiers as dossiers
    left join sums on dossiers.dossier_no = sums.dossier_no
    where dossiers.is_late
),

-- norms that exceed the term explain what no other cause does
excessive_norms as (
    select
        left_over.*,
        least(infeasible_norms.over_seconds, left_over.left_seconds) as over_seconds,
        infeasible_norms.norm_seconds,
        infeasible_norms.allowed_seconds
    from left_over
    inner join infeasible_norms on left_over.dossier_no = infeasible_norms.dossier_no
    where left_over.left_seconds > 0
),

unexplained_rest as (
    select
        left_over.dossier_no,
        left_over.overrun_seconds,
        left_over.needed_seconds,
        open_reasons.cause,
        left_over.n_named + 1 + (excessive_norms.dossier_no is not null)::integer as slot,
        left_over.small_seconds + left_over.left_seconds - coalesce(excessive_norms.over_seconds, 0)
            as excess_seconds
    from left_over
    left join excessive_norms on left_over.dossier_no = excessive_norms.dossier_no
    left join open_reasons on left_over.dossier_no = open_reasons.dossier_no
),

shapley_players as (
    select
        dossier_no,
        place::tinyint as slot,
        cause,
        excess_seconds,
        spent_seconds,
        usual_seconds,
        ground,
        grade,
        n_in_progress,
        usual_in_progress,
        other_source,
        other_ended_on,
        counted_source,
        counted_ended_on,
        overrun_seconds,
        needed_seconds
    from sized_players
    where is_named
    union all
    select
        dossier_no,
        (n_named + 1)::tinyint as slot,
        'norms_too_long' as cause,
        over_seconds as excess_seconds,
        norm_seconds as spent_seconds,
        allowed_seconds as usual_seconds,
        'norms_add_up' as ground,
        'A' as grade,
        null as n_in_progress,
        null as usual_in_progress,
        null as other_source,
        null as other_ended_on,
        null as counted_source,
        null as counted_ended_on,
        overrun_seconds,
        needed_seconds
    from excessive_norms
    union all
    select
        dossier_no,
        slot::tinyint as slot,
        coalesce(cause, 'unexplained') as cause,
        excess_seconds,
        excess_seconds as spent_seconds,
        0 as usual_seconds,
        case when cause is null then 'rest' else 'claim' end as ground,
        case when cause is null then 'B' else 'C' end as grade,
        null as n_in_progress,
        null as usual_in_progress,
        null as other_source,
        null as other_ended_on,
        null as counted_source,
        null as counted_ended_on,
        overrun_seconds,
        needed_seconds
from unexplained_rest
    where excess_seconds > 0
)

select * from shapley_players
