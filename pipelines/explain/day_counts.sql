-- grain: one row per profile, unit, procedure, channel, civil day and counter
-- key: profile, unit_id, procedure_id, channel_in, day, counter
-- reads: dossiers, outcomes
-- promises: n > 0
-- What happened on which day: received, resolved (by outcome), fell due, was returned. A channel
-- that no export tells is not known: such a dossier was neither filed online nor otherwise.

with facts as (
    select
        outcomes.profile,
        dossiers.unit_id,
        coalesce(dossiers.procedure_id, 'unknown') as procedure_id,
        coalesce(dossiers.channel_in, 'other') as channel_in,
        dossiers.channel_in is not null as knows_channel,
        dossiers.channel_out,
        dossiers.processed_online,
        outcomes.outcome,
        outcomes.due_at_used <= dossiers.snapshot_at as fell_due,
        dossiers.received_on,
        timezone(dossiers.time_zone, outcomes.due_at_used)::date as due_on,
        timezone(dossiers.time_zone, dossiers.returned_at)::date as returned_on,
        timezone(
            dossiers.time_zone,
            coalesce(dossiers.resolved_at, dossiers.returned_at, dossiers.snapshot_at)
        )::date as closed_on
    from dossiers
    inner join outcomes on dossiers.dossier_id = outcomes.dossier_id
),

happened as (
    select *, received_on as day, 'received' as counter
    from facts
    union all
    select *, received_on as day, 'received_online' as counter
    from facts
    where channel_in = 'online'
    union all
    select *, received_on as day, 'channel_known' as counter
    from facts
    where knows_channel
    union all
    select *, received_on as day, 'online_known' as counter
    from facts
    where channel_in = 'online' and processed_online is not null
    union all
    select *, received_on as day, 'online_processed' as counter
    from facts
    where channel_in = 'online' and processed_online
    union all
    select *, closed_on as day, outcome as counter
    from facts
    where outcome in ('early', 'on_time', 'late', 'withdrawn', 'rejected')
    union all
    select *, closed_on as day, 'unknown' as counter
    from facts
    where outcome = 'unknown'
    union all
    select *, due_on as day, 'fell_due' as counter
    from facts
    where fell_due and outcome not in ('withdrawn', 'rejected')
    union all
    select *, due_on as day, 'fell_due_in_time' as counter
    from facts
    where fell_due and outcome in ('early', 'on_time')
    union all
    select *, returned_on as day, 'returned' as counter
    from facts
    where returned_on is not null and channel_out is not null
    union all
    select *, returned_on as day, 'returned_by_post' as counter
    from facts
    where returned_on is not null and channel_out = 'post'
),

day_counts as (
    select profile, unit_id, procedure_id, channel_in, day, counter, count(*) as n
    from happened
    group by profile, unit_id, procedure_id, channel_in, day, counter
)

select * from day_counts
