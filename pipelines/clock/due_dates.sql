-- grain: one row per dossier whose term is known: the due instant that the term gives
-- key: dossier_id
-- reads: dossiers, dossier_calendars, calendar_days, procedures
-- promises:
-- The day of reception is not counted; a last day on which the office is closed rolls on to the
-- next working day; same-day terms received from 15:00 on are due the next working day. A due day
-- beyond the calendar stays missing; where a verdict would rest on it, uncovered_instants stops.

with procedure_terms as (
    select
        procedure_id,
        norm::bigint as term_value,
        case unit
            when 'wd' then 'working_day' when 'd' then 'calendar_day' else unit
        end as term_unit
    from procedures
    where norm is not null and unit in ('wd', 'd', 'same_day')
),

known_terms as (
    select
        dossiers.dossier_id,
        calendars.calendar_id,
        calendars.time_zone,
        calendars.offset_seconds,
        calendars.key_base,
        calendars.received_on,
        calendars.start_second,
        coalesce(dossiers.term_unit, procedure_terms.term_unit) as term_unit,
        coalesce(dossiers.term_value, procedure_terms.term_value) as term_value,
        dossiers.term_unit is null as is_procedure_term
    from dossiers
    inner join dossier_calendars as calendars on dossiers.dossier_id = calendars.dossier_id
    left join procedure_terms
        on dossiers.procedure_id = procedure_terms.procedure_id
        and dossiers.term_unit is null
),

terms as (
    select *
    from known_terms
    where term_unit is not null and (term_unit <> 'hour' or term_value > 0)
),

-- the working day asked for, as a rank among the calendar's working days
ranked as (
    select
        terms.*,
        working_second(
            second_of_day(terms.start_second, terms.offset_seconds),
            day.c2, day.open_1, day.close_1, day.open_2, day.close_2
        ) + terms.term_value * 3600 as target_second,
        case
            when terms.term_unit = 'working_day' and terms.term_value > 0
                then day.ordinal + day.is_working::int - 1 + terms.term_value
            when terms.term_unit = 'calendar_day' then last_day.ordinal
            when
                terms.term_unit = 'same_day'
                and second_of_day(terms.start_second, terms.offset_seconds) >= 15 * 3600
                then day.ordinal + day.is_working::integer
            else day.ordinal
        end as target_ordinal
    from terms
    left join calendar_days as day
        on day_key(terms.start_second, terms.offset_seconds, terms.key_base) = day.day_key
    left join calendar_days as last_day
        on terms.calendar_id = last_day.calendar_id
        and terms.received_on + terms.term_value::integer = last_day.day
),

-- the last second of that day's office hours; of the civil day where the office never closes
by_day as (
    select
        ranked.dossier_id,
        ranked.is_procedure_term,
        case
            when greatest(day.close_1, day.close_2) = 86400
                then timezone(
                    ranked.time_zone, day.day::timestamp + interval 1 day - interval 1 second
                )
            else to_timestamp(
                (day.day - date '1970-01-01') * 86400
                + greatest(day.close_1, day.close_2) - ranked.offset_seconds
            )
        end as due_recomputed_at
    from ranked
    left join calendar_days as day
        on ranked.calendar_id = day.calendar_id
        and ranked.target_ordinal = day.ordinal
        and day.is_working
    where ranked.term_unit <> 'hour'
),

by_hour as (
    select
        ranked.dossier_id,
        ranked.is_procedure_term,
        to_timestamp(
            (day.day - date '1970-01-01') * 86400
            + second_after(ranked.target_second - day.before, day.open_1, day.close_1, day.open_2)
            - ranked.offset_seconds
        ) as due_recomputed_at
    from ranked
    asof left join calendar_days as day
        on ranked.calendar_id = day.calendar_id
        and ranked.target_second > day.before
    where ranked.term_unit = 'hour'
),

due as (
    select * from by_day
    union all
    select * from by_hour
)

select * from due
