-- grain: one row per profile, group and period with dossiers in play
-- key: profile, convention, period, group_no
-- reads: outcome_spans, period_spans
-- promises: in_play > 0; carried between 0 and in_play
-- The caseload of a period: received, and not closed before it nor seen last before it. What it
-- carries over was received before it. Of what was resolved in the period, the result was or was
-- not returned by its end.

with group_moves as (
    select
        profile,
        group_no,
        received_in,
        left_in,
        returned_in,
        sum(n)::bigint as n,
        coalesce(sum(n) filter (where state = 'resolved'), 0)::bigint as n_done
    from outcome_spans
    group by profile, group_no, received_in, left_in, returned_in
),

caseload_counts as (
    select
        moves.profile,
        periods.convention,
        periods.period,
        moves.group_no,
        sum(moves.n)::bigint as in_play,
        coalesce(
            sum(moves.n) filter (where moves.received_in < periods.first_span), 0
        )::bigint as carried,
        coalesce(
            sum(moves.n_done) filter (where moves.returned_in between 1 and periods.last_span), 0
        )::bigint as done_returned,
        coalesce(
            sum(moves.n_done) filter (
                where moves.left_in <= periods.last_span
                and moves.returned_in not between 1 and periods.last_span
            ), 0
        )::bigint as done_not_returned
    from group_moves as moves
    inner join period_spans as periods
        on moves.received_in <= periods.last_span
        and moves.left_in >= periods.first_span
    group by moves.profile, periods.convention, periods.period, moves.group_no
)

select * from caseload_counts
