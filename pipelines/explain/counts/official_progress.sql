-- grain: one row per profile, group and calendar period
-- key: profile, group_no, period
-- reads: outcome_months, periods
-- promises: in_play > 0; done_in_time <= in_play
-- The caseload of a period (received and not closed before it), and the part closed in time. The
-- progress ratio of decision 766 adds what is open and not overdue. Groups are those of
-- count_groups.

with group_moves as (
    select
        profile,
        group_no,
        received_in,
        case when state = 'open' then snapshot_in else closed_in end as left_in,
        case when state = 'resolved' and outcome in ('early', 'on_time') then closed_in else 0 end
            as done_in,
        sum(n)::bigint as n
    from outcome_months
    group by all
),

bounds as (
    select
        period,
        month_no(starts_on) as first_month,
        month_no(ends_on) as last_month
    from periods
),

official_progress as (
    select
        group_moves.profile,
        group_moves.group_no,
        bounds.period,
        sum(group_moves.n)::bigint as in_play,
        coalesce(
            sum(group_moves.n) filter (
                where group_moves.done_in between bounds.first_month and bounds.last_month
            ), 0
        )::bigint as done_in_time
    from group_moves
    inner join bounds
        on group_moves.received_in <= bounds.last_month
        and group_moves.left_in >= bounds.first_month
    group by group_moves.profile, group_moves.group_no, bounds.period
)

select * from official_progress
