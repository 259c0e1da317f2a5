-- grain: one row per dossier: its unit's calendar and the seconds between which its clock runs
-- key: dossier_id
-- reads: dossiers, unit_calendars, calendar_keys
-- promises: start_second is null or end_second is null or end_second >= start_second;
--   dossier_no > 0
-- Seconds are narrow: instants beyond 2038 are null here. is_clocked says that the calendar covers
-- both ends: only then has the clock working seconds; calendar_findings has the missing years.
-- dossier_no is a dense number for joins inside this folder; it has no meaning outside.

with spans as (
    select
        dossier_id,
        (
            row_number() over (order by dossier_id) + coalesce(getvariable('dossiers_before'), 0)
        )::integer as dossier_no,
        unit_id,
        calendar_id,
        time_zone,
        received_at,
        received_on,
        resolved_at is null
        and status not in ('withdrawn', 'rejected', 'refused_intake') as is_open,
        coalesce(resolved_at, snapshot_at) as clock_end_at
    from dossiers
),

own_calendar as (
    select
        spans.dossier_no,
        max(unit_calendars.calendar_id) as calendar_id
    from spans
    inner join unit_calendars
        on spans.unit_id = unit_calendars.unit_id
        and coalesce(unit_calendars.valid_from, spans.received_on) <= spans.received_on
        and coalesce(unit_calendars.valid_to, spans.received_on) >= spans.received_on
    group by spans.dossier_no
),

used_calendars as (
    select
        spans.*,
        coalesce(own_calendar.calendar_id, spans.calendar_id) as calendar_used
    from spans
    left join own_calendar on spans.dossier_no = own_calendar.dossier_no
),

clock_keys as (
    select
        used_calendars.dossier_id,
        used_calendars.dossier_no,
        used_calendars.calendar_used as calendar_id,
        used_calendars.time_zone,
        calendar_keys.offset_seconds,
        calendar_keys.key_base,
        calendar_keys.first_day,
        calendar_keys.last_day,
        calendar_keys.drafted_from,
        calendar_keys.has_days_off,
        used_calendars.received_on,
        used_calendars.is_open,
        used_calendars.clock_end_at,
        try_cast(epoch_second(used_calendars.received_at) as integer) as start_second,
        try_cast(epoch_second(used_calendars.clock_end_at) as integer) as end_second
    from used_calendars
    left join calendar_keys on used_calendars.calendar_used = calendar_keys.calendar_id
),

dossier_calendars as (
    select
        *,
        coalesce(
            day_key(start_second, offset_seconds, 0) >= first_day - date '1970-01-01'
            and day_key(end_second, offset_seconds, 0) <= last_day - date '1970-01-01',
            false
        ) as is_clocked
    from clock_keys
)

select * from dossier_calendars
