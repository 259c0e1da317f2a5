-- grain: one row per dossier with an instant its calendar does not cover
-- key: dossier_id, day
-- reads: dossier_calendars, dossiers, due_dates
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
    union
    select calendars.*, calendars.last_day + 1 as day
    from dossier_calendars as calendars
    inner join dossiers on calendars.dossier_id = dossiers.dossier_id
    inner join due_dates on calendars.dossier_id = due_dates.dossier_id
    where dossiers.due_at is null
        and due_dates.due_recomputed_at is null
        and not due_dates.is_procedure_term
),

uncovered as (
    select distinct dossier_id, day, calendar_id, first_day, last_day
    from instants
    where day < first_day or day > last_day
)

select * from uncovered
