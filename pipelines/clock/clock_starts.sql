-- grain: one row per dossier: when it was received, and when its clock starts
-- key: dossier_id
-- reads: dossiers, dossier_calendars, calendar_days
-- promises: received_when is null or received_when in ('clock_hours', 'reception_hours', 'closed');
--   clock_starts_at is null or clock_starts_at >= received_at - interval 1 second
-- Reception on a Saturday morning is valid and starts the clock at the next opening of the office.
-- Both columns are null on days that the calendar does not cover.

with reception_days as (
    select
        dossiers.dossier_id,
        dossiers.received_at,
        calendars.calendar_id,
        calendars.offset_seconds,
        calendars.start_second,
        second_of_day(calendars.start_second, calendars.offset_seconds) as second,
        calendars.start_second - second_of_day(calendars.start_second, calendars.offset_seconds)
            as day_second,
        day.ordinal,
        day.is_working,
        day.open_1,
        day.close_1,
        day.open_2,
        day.close_2,
        day.desk_opens,
        day.desk_closes
    from dossiers
    inner join dossier_calendars as calendars on dossiers.dossier_id = calendars.dossier_id
    left join calendar_days as day
        on day.day_key = day_key(
            calendars.start_second, calendars.offset_seconds, calendars.key_base
        )
),

reception_hours as (
    select
        reception_days.*,
        next_day.day as next_day,
        next_day.opens as next_opens,
        coalesce(
            reception_days.second between reception_days.open_1 and reception_days.close_1 - 1
            or reception_days.second between reception_days.open_2 and reception_days.close_2 - 1,
            false
        ) as is_in_hours
    from reception_days
    left join calendar_days as next_day
        on reception_days.calendar_id = next_day.calendar_id
        and reception_days.ordinal + reception_days.is_working::integer = next_day.ordinal
        and next_day.is_working
),

clock_starts as (
    select
        dossier_id,
        received_at,
        case
            when is_working is null then null
            when is_in_hours then 'clock_hours'
            when not is_working and second >= desk_opens and second < desk_closes
                then 'reception_hours'
            else 'closed'
        end as received_when,
        case
            when is_in_hours then to_timestamp(start_second)
            when is_working and second < open_1 then to_timestamp(day_second + open_1)
            when second < open_2 then to_timestamp(day_second + open_2)
            else to_timestamp(
                (next_day - date '1970-01-01') * 86400 + next_opens - offset_seconds
            )
        end as clock_starts_at
    from reception_hours
)

select * from clock_starts
