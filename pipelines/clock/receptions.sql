-- grain: one row per dossier filed online with a stamp of its filing
-- key: dossier_id
-- reads: dossiers, dossier_calendars, calendar_days
-- promises: wait_seconds is null or wait_seconds >= 0
-- Its wait for reception, in working seconds of its unit's calendar; null where it was stamped as
-- filed after its reception, or outside the calendar.

with filings as (
    select
        dossiers.dossier_id,
        epoch_second(dossiers.submitted_at) as filed_second,
        calendars.start_second,
        calendars.offset_seconds,
        calendars.key_base
    from dossiers
    inner join dossier_calendars as calendars on dossiers.dossier_id = calendars.dossier_id
    where dossiers.channel_in = 'online' and dossiers.submitted_at is not null
),

reception_waits as (
    select
        filings.dossier_id,
        filings.filed_second <= filings.start_second as is_in_order,
        working_second(
            second_of_day(filings.start_second, filings.offset_seconds),
            last_day.c2, last_day.open_1, last_day.close_1, last_day.open_2, last_day.close_2
        )
        - working_second(
            second_of_day(filings.filed_second, filings.offset_seconds),
            first_day.c2, first_day.open_1, first_day.close_1, first_day.open_2, first_day.close_2
        ) as working_seconds
    from filings
    left join calendar_days as first_day
        on first_day.day_key
            = day_key(filings.filed_second, filings.offset_seconds, filings.key_base)
    left join calendar_days as last_day
        on last_day.day_key
            = day_key(filings.start_second, filings.offset_seconds, filings.key_base)
),

receptions as (
    select
        dossier_id,
        case when is_in_order then working_seconds end as wait_seconds
    from reception_waits
)

select * from receptions
