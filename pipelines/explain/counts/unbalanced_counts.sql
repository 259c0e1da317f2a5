-- grain: one row per profile, period and unit ('*' all) whose counts of dossiers do not balance
-- key: profile, convention, period, unit_id
-- reads: counts, count_groups, dossier_spans, outcome_spans, period_spans
-- promises:
-- audit: audits.counts
-- In play in a period = carried over + received = resolved, withdrawn and rejected + open at its
-- end, for every profile, unit and period, and for all units together. What was received is counted
-- again from dossiers, what was in play from their moves, and no unit or period may be missing. A
-- dossier open in its last export, taken before the period began, is in play no more.

with places as (
    select group_no, unit_id
    from count_groups
    where channel_in <> '*'
),

arrivals as (
    select
        places.unit_id,
        dossiers.received_in,
        count(*) as n
    from dossier_spans as dossiers
    inner join places on dossiers.place_no = places.group_no
    group by places.unit_id, dossiers.received_in
),

moves as (
    select
        outcomes.profile,
        places.unit_id,
        outcomes.received_in,
        outcomes.left_in,
        sum(outcomes.n)::bigint as n
    from outcome_spans as outcomes
    inner join places on outcomes.group_no = places.group_no
    group by outcomes.profile, places.unit_id, outcomes.received_in, outcomes.left_in
),

receptions as (
    select
        periods.convention,
        periods.period,
        case when grouping(arrivals.unit_id) = 0 then arrivals.unit_id else '*' end as unit_id,
        sum(arrivals.n)::bigint as received
    from arrivals
    inner join period_spans as periods
        on arrivals.received_in between periods.first_span and periods.last_span
    group by grouping sets (
        (periods.convention, periods.period),
        (periods.convention, periods.period, arrivals.unit_id)
    )
),

caseloads as (
    select
        moves.profile,
        periods.convention,
        periods.period,
        case when grouping(moves.unit_id) = 0 then moves.unit_id else '*' end as unit_id,
        sum(moves.n)::bigint as in_play
    from moves
    inner join period_spans as periods
        on moves.received_in <= periods.last_span
        and moves.left_in >= periods.first_span
    group by grouping sets (
        (moves.profile, periods.convention, periods.period),
        (moves.profile, periods.convention, periods.period, moves.unit_id)
    )
),

count_rows as (
    select
        profile,
        convention,
        period,
        unit_id,
        carried,
        received,
        early + on_time + late + unknown + withdrawn + rejected as closed,
        open_in_time + open_overdue + open_unknown as still_open
    from counts
    where field_of_work = '*' and procedure_id = '*' and channel_in = '*'
),

unbalanced_counts as (
    select
        caseloads.profile,
        caseloads.convention,
        caseloads.period,
        caseloads.unit_id,
        caseloads.in_play,
        coalesce(count_rows.closed, 0) as closed,
        coalesce(count_rows.still_open, 0) as still_open
    from caseloads
    left join receptions
        on caseloads.convention = receptions.convention
        and caseloads.period = receptions.period
        and caseloads.unit_id = receptions.unit_id
    left join count_rows
        on caseloads.profile = count_rows.profile
        and caseloads.convention = count_rows.convention
        and caseloads.period = count_rows.period
        and caseloads.unit_id = count_rows.unit_id
    where (
        coalesce(receptions.received, 0) = count_rows.received
        and caseloads.in_play = count_rows.carried + count_rows.received
        and caseloads.in_play = count_rows.closed + count_rows.still_open
    ) is not true
)

select * from unbalanced_counts
