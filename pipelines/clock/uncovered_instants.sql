-- grain: one row per dossier with an instant its calendar does not cover
-- key: dossier_id, day
-- reads: dossier_calendars, dossiers
-- promises:
-- audit: clock.uncovered

with instants as (
    select calendars.*, timezone(calendars.time_zone, dossiers.received_at)::date as day
    from dossier_calendars as calendars
    inner join dossiers on calendars.dossier_id = dossiers.dossier_id
    union
    select calendars.*, timezone(calendars.time_zone, calendars.clock_end_at)::date as day
    from dossier_calendars as calendars
    union
    select calendars.*, timezone(calendars.time_zone, dossiers.due_at)::date as day
    from dossier_calendars as calendars
    inner join dossiers on calendars.dossier_id = dossiers.dossier_id
    where dossiers.due_at is not null
),

uncovered as (
    select distinct dossier_id, day, calendar_id, first_day, last_day
    from instants
    where day < first_day or day > last_day
)

select * from uncovered
