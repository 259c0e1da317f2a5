-- grain: one row per profile, unit, procedure, channel, period and counter
-- key: profile, unit_id, procedure_id, channel_in, period, counter
-- reads: dossiers, outcomes, periods
-- promises: n > 0
-- The stock at the end of each period (at the snapshot, where that comes first): what had been
-- received and not yet resolved, and whether its due instant had passed by then.

with facts as (
    select
        outcomes.profile,
        dossiers.unit_id,
        coalesce(dossiers.procedure_id, 'unknown') as procedure_id,
        coalesce(dossiers.channel_in, 'other') as channel_in,
        dossiers.time_zone,
        dossiers.snapshot_at,
        dossiers.received_at,
        dossiers.resolved_at,
        outcomes.due_at_used
    from dossiers
    inner join outcomes on dossiers.dossier_id = outcomes.dossier_id
    where outcomes.outcome not in ('withdrawn', 'rejected')
),

stock as (
    select
        facts.profile,
        facts.unit_id,
        facts.procedure_id,
        facts.channel_in,
        periods.period,
        facts.due_at_used,
        least(
            timezone(facts.time_zone, (periods.ends_on + 1)::timestamp), facts.snapshot_at
        ) as counted_at
    from facts
    inner join periods
        on facts.received_at < timezone(facts.time_zone, (periods.ends_on + 1)::timestamp)
        and coalesce(facts.resolved_at, timestamptz '9999-01-01')
        >= timezone(facts.time_zone, (periods.ends_on + 1)::timestamp)
        and timezone(facts.time_zone, periods.starts_on::timestamp) <= facts.snapshot_at
),

named as (
    select
        *,
        case
            when due_at_used is null then 'open_unknown'
            when due_at_used < counted_at then 'open_overdue'
            else 'open_in_time'
        end as counter
    from stock
),

open_counts as (
    select profile, unit_id, procedure_id, channel_in, period, counter, count(*) as n
    from named
    group by profile, unit_id, procedure_id, channel_in, period, counter
)

select * from open_counts
