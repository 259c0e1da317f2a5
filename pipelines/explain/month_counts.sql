-- grain: one row per profile, group, civil month and counter; '*' stands for all values together
-- key: profile, unit_id, procedure_id, channel_in, month_no, counter
-- reads: dossiers, outcomes
-- promises: n > 0
-- What happened in which month (twelve times the year, and the month): received, resolved (by
-- outcome), fell due, was returned. Groups are unit and channel, and procedure; every period is
-- made of whole months. A channel that no export tells is not known: such a dossier was neither
-- filed online nor otherwise. What no profile decides is counted once and holds for all of them.

with days as (
    select
        *,
        timezone(time_zone, returned_at)::date as returned_on,
        timezone(time_zone, coalesce(resolved_at, returned_at, snapshot_at))::date as closed_on
    from dossiers
),

facts as (
    select
        dossier_id,
        unit_id,
        coalesce(procedure_id, 'unknown') as procedure_id,
        coalesce(channel_in, 'other') as channel_in,
        channel_in is not null as knows_channel,
        channel_out,
        processed_online,
        time_zone,
        snapshot_at,
        (year(received_on) * 12 + month(received_on))::integer as received_in,
        (year(returned_on) * 12 + month(returned_on))::integer as returned_in,
        (year(closed_on) * 12 + month(closed_on))::integer as closed_in
    from days
),

judged as (
    select
        outcomes.profile,
        facts.unit_id,
        facts.procedure_id,
        facts.channel_in,
        facts.closed_in,
        outcomes.outcome,
        case
            when outcomes.due_at_used <= facts.snapshot_at
                and outcomes.outcome not in ('withdrawn', 'rejected')
                then timezone(facts.time_zone, outcomes.due_at_used)::date
        end as fell_due_on
    from facts
    inner join outcomes on facts.dossier_id = outcomes.dossier_id
),

used as (
    select distinct profile
    from outcomes
),

received as (
    select
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        case when grouping(procedure_id) = 0 then procedure_id else '*' end as procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        received_in as month_no,
        count(*) as received,
        count(*) filter (where channel_in = 'online') as received_online,
        count(*) filter (where knows_channel) as channel_known,
        count(*) filter (
            where channel_in = 'online' and processed_online is not null
        ) as online_known,
        count(*) filter (where channel_in = 'online' and processed_online) as online_processed
    from facts
    group by grouping sets (
        (unit_id, channel_in, received_in),
        (procedure_id, received_in)
    )
),

returned as (
    select
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        case when grouping(procedure_id) = 0 then procedure_id else '*' end as procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        returned_in as month_no,
        count(*) as returned,
        count(*) filter (where channel_out = 'post') as returned_by_post
    from facts
    where returned_in is not null and channel_out is not null
    group by grouping sets (
        (unit_id, channel_in, returned_in),
        (procedure_id, returned_in)
    )
),

closed as (
    select
        profile,
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        case when grouping(procedure_id) = 0 then procedure_id else '*' end as procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        closed_in as month_no,
        outcome as counter,
        count(*) as n
    from judged
    where outcome in ('early', 'on_time', 'late', 'withdrawn', 'rejected', 'unknown')
    group by grouping sets (
        (profile, unit_id, channel_in, closed_in, outcome),
        (profile, procedure_id, closed_in, outcome)
    )
),

due as (
    select
        profile,
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        case when grouping(procedure_id) = 0 then procedure_id else '*' end as procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        (year(fell_due_on) * 12 + month(fell_due_on))::integer as month_no,
        count(*) as fell_due,
        count(*) filter (where outcome in ('early', 'on_time')) as fell_due_in_time
    from judged
    where fell_due_on is not null
    group by grouping sets (
        (profile, unit_id, channel_in, year(fell_due_on) * 12 + month(fell_due_on)),
        (profile, procedure_id, year(fell_due_on) * 12 + month(fell_due_on))
    )
),

of_all_profiles as (
    select unit_id, procedure_id, channel_in, month_no, counter, n
    from received
    unpivot (
        n for counter in (
            received, received_online, channel_known, online_known, online_processed
        )
    )
    union all
    select unit_id, procedure_id, channel_in, month_no, counter, n
    from returned
    unpivot (n for counter in (returned, returned_by_post))
),

month_counts as (
    select profile, unit_id, procedure_id, channel_in, month_no, counter, n
    from closed
    union all
    select profile, unit_id, procedure_id, channel_in, month_no, counter, n
    from due
    unpivot (n for counter in (fell_due, fell_due_in_time))
    where n > 0
    union all
    select
        used.profile,
        counted.unit_id,
        counted.procedure_id,
        counted.channel_in,
        counted.month_no,
        counted.counter,
        counted.n
    from of_all_profiles as counted
    cross join used
    where counted.n > 0
)

select * from month_counts
