-- grain: one row per profile, unit, procedure, channel, period and counter
-- key: profile, unit_id, procedure_id, channel_in, period, counter
-- reads: dossiers, outcomes, periods, pause_spells, profiles
-- promises: n > 0
-- The stock at the end of each period (at the snapshot, where that comes first): what had been
-- received and not yet ended, and whether its due instant had passed by then. Where the profile
-- lets the clock stand still, a dossier on pause at that moment is judged at the pause's start.

with facts as (
    select
        outcomes.profile,
        profiles.paused_open,
        profiles.missing_due,
        dossiers.dossier_id,
        dossiers.unit_id,
        coalesce(dossiers.procedure_id, 'unknown') as procedure_id,
        coalesce(dossiers.channel_in, 'other') as channel_in,
        dossiers.time_zone,
        dossiers.snapshot_at,
        dossiers.received_at,
        outcomes.outcome,
        outcomes.ended_at_used,
        outcomes.due_at_used
    from dossiers
    inner join outcomes on dossiers.dossier_id = outcomes.dossier_id
    inner join profiles on outcomes.profile = profiles.profile
    where outcomes.outcome not in ('withdrawn', 'rejected')
        and (outcomes.outcome <> 'on_time' or outcomes.ended_at_used is not null)
),

stock as (
    select
        facts.profile,
        facts.paused_open,
        facts.missing_due,
        facts.dossier_id,
        facts.unit_id,
        facts.procedure_id,
        facts.channel_in,
        facts.snapshot_at,
        facts.outcome,
        facts.ended_at_used,
        facts.due_at_used,
        periods.period,
        least(
            timezone(facts.time_zone, (periods.ends_on + 1)::timestamp), facts.snapshot_at
        ) as counted_at
    from facts
    inner join periods
        on facts.received_at < timezone(facts.time_zone, (periods.ends_on + 1)::timestamp)
        and coalesce(facts.ended_at_used, timestamptz '9999-01-01')
        >= timezone(facts.time_zone, (periods.ends_on + 1)::timestamp)
        and timezone(facts.time_zone, periods.starts_on::timestamp) <= facts.snapshot_at
),

judged as (
    select
        stock.*,
        pause_spells.from_at is not null as is_paused,
        case
            when stock.paused_open = 'stands_still'
                then coalesce(pause_spells.from_at, stock.counted_at)
            else stock.counted_at
        end as judged_at
    from stock
    left join pause_spells
        on stock.dossier_id = pause_spells.dossier_id
        and stock.counted_at >= pause_spells.from_at
        and (stock.counted_at < pause_spells.to_at or pause_spells.is_unended)
),

named as (
    select
        *,
        case
            when ended_at_used is null and counted_at = snapshot_at and outcome = 'open_in_time'
                then 'open_in_time'
            when is_paused and paused_open in ('in_time', 'on_time') then 'open_in_time'
            when due_at_used is null and missing_due <> 'unknown' then 'open_in_time'
            when due_at_used is null then 'open_unknown'
            when due_at_used < judged_at then 'open_overdue'
            else 'open_in_time'
        end as counter
    from judged
),

open_counts as (
    select profile, unit_id, procedure_id, channel_in, period, counter, count(*) as n
    from named
    group by profile, unit_id, procedure_id, channel_in, period, counter
)

select * from open_counts
