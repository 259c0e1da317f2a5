-- grain: one row per profile, reporting convention, period and dossier open at the period's end
-- key: profile, convention, period, dossier_id
-- reads: dossiers, outcomes, pause_spells, profiles, report_periods
-- promises: state in ('open_in_time', 'open_overdue', 'open_unknown')
-- The stock at the end of each period (at the snapshot, where that comes first): what had been
-- received and not yet ended, and whether its due instant had passed by then. A dossier that was
-- withdrawn later was open until then; one that a profile calls on time while it waits is closed
-- at the snapshot. Where the profile lets the clock stand still, a dossier on pause at that moment
-- is judged at the pause's start.

with closed as (
    select
        outcomes.*,
        dossiers.time_zone,
        dossiers.snapshot_at,
        dossiers.received_on,
        coalesce(
            outcomes.ended_at_used,
            case
                when outcomes.outcome not in ('open_in_time', 'open_overdue', 'unknown')
                    then dossiers.snapshot_at
            end
        ) as closed_at
    from outcomes
    inner join dossiers on outcomes.dossier_id = dossiers.dossier_id
),

facts as (
    select
        closed.profile,
        profiles.paused_open,
        profiles.missing_due,
        closed.dossier_id,
        closed.time_zone,
        closed.snapshot_at,
        closed.received_on,
        closed.outcome,
        closed.closed_at,
        closed.due_at_used,
        timezone(closed.time_zone, closed.snapshot_at)::date as snapshot_on,
        coalesce(
            timezone(closed.time_zone, closed.closed_at)::date, date '9999-12-31'
        ) as closed_on
    from closed
    inner join profiles on closed.profile = profiles.profile
),

held as (
    select
        facts.*,
        periods.convention,
        periods.period,
        least(
            timezone(facts.time_zone, (periods.ends_on + 1)::timestamp), facts.snapshot_at
        ) as counted_at
    from facts
    inner join report_periods as periods
        on facts.received_on <= periods.ends_on
        and facts.closed_on > periods.ends_on
        and facts.snapshot_on >= periods.starts_on
),

judged as (
    select
        held.*,
        pause_spells.from_at is not null as is_waiting,
        case
            when held.paused_open = 'stands_still'
                then coalesce(pause_spells.from_at, held.counted_at)
            else held.counted_at
        end as judged_at
    from held
    left join pause_spells
        on held.dossier_id = pause_spells.dossier_id
        and held.counted_at >= pause_spells.from_at
        and (held.counted_at < pause_spells.to_at or pause_spells.is_unended)
),

stock as (
    select
        profile,
        convention,
        period,
        dossier_id,
        is_waiting,
        case
            when closed_at is null and counted_at = snapshot_at and outcome = 'open_in_time'
                then 'open_in_time'
            when is_waiting and paused_open in ('in_time', 'on_time') then 'open_in_time'
            when due_at_used is null and missing_due <> 'unknown' then 'open_in_time'
            when due_at_used is null then 'open_unknown'
            when due_at_used < judged_at then 'open_overdue'
            else 'open_in_time'
        end as state
    from judged
)

select * from stock
