-- grain: one row per dossier whose unit, time zone or calendar is missing: no clock can run
-- key: dossier_id
-- reads: dossiers, dossier_calendars
-- promises:
-- audit: clock.unplaced

with dossiers_without_calendar as (
    select
        dossiers.dossier_id,
        coalesce(dossiers.unit_id, '-') as unit_id,
        coalesce(dossiers.time_zone, '-') as time_zone,
        coalesce(calendars.calendar_id, '-') as calendar_id
    from dossiers
    inner join dossier_calendars as calendars on dossiers.dossier_id = calendars.dossier_id
    where dossiers.unit_id is null
        or dossiers.time_zone is null
        or calendars.offset_seconds is null
)

select * from dossiers_without_calendar
