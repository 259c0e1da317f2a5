-- grain: one row per dossier: the due instant that its term gives, and how the issued one differs
-- key: dossier_id
-- reads: dossiers, dossier_calendars, applied_terms, pause_spells, cumulative_days, calendar_days
-- promises: due_class in ('agrees', 'calendar_error', 'shorter', 'longer', 'reappointed',
--   'missing', 'not_comparable'); (due_class = 'calendar_error') = (days_off is not null)
-- The day of reception is not counted; a last day on which the office is closed moves to the next
-- working day; a month ends on the day of the same number, or on its last day if it has none (Civil
-- Code 2015, article 148). Same-day terms received from 15:00 on are due the next working day. A
-- due day that needs days outside the calendar stays missing, with lacks_days; a calendar that
-- never closes cannot count working days. Ended pauses move the due day by whole working days,
-- rounded up, in due_credited_at; a pause with the policy restart begins the term anew when it
-- ends.

with restarts_by_pause as (
    select
        dossier_no,
        work_seconds,
        to_second,
        max(case when restarts then to_second end) over (partition by dossier_no)
            as restarted_second
    from pause_spells
    where not is_unended
),

halts as (
    select
        dossier_no,
        max(restarted_second) as restarted_second,
        case
            when bool_and(work_seconds is not null)
                then sum(
                    case when to_second > coalesce(restarted_second, 0) then work_seconds else 0 end
                )::bigint
        end as stood_seconds
    from restarts_by_pause
    group by dossier_no
),

terms as (
    select
        applied_terms.*,
        calendars.calendar_id,
        calendars.time_zone,
        calendars.offset_seconds,
        calendars.key_base,
        calendars.has_days_off,
        case when halts.dossier_no is null then 0 else halts.stood_seconds end as stood_seconds,
        coalesce(halts.restarted_second, calendars.start_second) as from_second,
        case
            when halts.restarted_second is not null
                then timezone(
                    calendars.time_zone, to_timestamp(halts.restarted_second)
                )::date
            else calendars.received_on
        end as from_on,
        case applied_terms.term_unit
            when 'calendar_day' then from_on + least(applied_terms.term_value, 100000)::integer
            when 'calendar_month'
                then (from_on + to_months(least(applied_terms.term_value, 1200)::integer))::date
        end as last_on
    from applied_terms
    inner join dossier_calendars as calendars on applied_terms.dossier_no = calendars.dossier_no
    left join halts on applied_terms.dossier_no = halts.dossier_no
),

-- the working day asked for, as a rank among the calendar's working days
ranks as (
    select
        terms.*,
        day.ordinal + day.is_working::integer as rank_of_start,
        case
            when terms.stood_seconds = 0 then 0
            else (terms.stood_seconds + day.day_length - 1) // day.day_length
        end as days_stood,
        working_second(
            second_of_day(terms.from_second, terms.offset_seconds),
            instant_day.c2, instant_day.open_1, instant_day.close_1,
            instant_day.open_2, instant_day.close_2
        )
        + terms.term_value * case terms.term_unit when 'minute' then 60 else 3600 end
            as target_second,
        case
            when terms.term_unit = 'working_day' and not terms.has_days_off then null
            when terms.term_unit = 'working_day' and terms.term_value > 0
                then day.ordinal + day.is_working::integer - 1 + terms.term_value
            when terms.last_on is not null then last_day.ordinal
            when
                terms.term_unit = 'same_day'
                and second_of_day(terms.from_second, terms.offset_seconds) >= 15 * 3600
                then day.ordinal + day.is_working::integer
            else day.ordinal
        end as target_ordinal
    from terms
    left join calendar_days as instant_day
        on day_key(terms.from_second, terms.offset_seconds, terms.key_base) = instant_day.day_key
    left join cumulative_days as day
        on (terms.from_on - date '1970-01-01') + terms.key_base = day.day_key
    left join cumulative_days as last_day
        on terms.calendar_id = last_day.calendar_id
        and terms.last_on = last_day.day
),

-- the last second of that day's office hours; of the civil day where the office never closes
by_day as (
    select
        ranks.dossier_no,
        closing_instant(
            own.day, own.closes, ranks.offset_seconds, ranks.time_zone
        ) as due_recomputed_at,
        closing_instant(
            moved.day, moved.closes, ranks.offset_seconds, ranks.time_zone
        ) as due_credited_at
    from ranks
    left join cumulative_days as own
        on ranks.calendar_id = own.calendar_id
        and ranks.target_ordinal = own.ordinal
        and own.is_working
    left join cumulative_days as moved
        on ranks.calendar_id = moved.calendar_id
        and ranks.target_ordinal + ranks.days_stood = moved.ordinal
        and moved.is_working
    where ranks.term_unit not in ('hour', 'minute')
),

hours as (
    select dossier_no, calendar_id, offset_seconds, target_second, false as is_credited
    from ranks
    where term_unit in ('hour', 'minute')
    union all
    select
        dossier_no,
        calendar_id,
        offset_seconds,
        target_second + stood_seconds as target_second,
        true as is_credited
    from ranks
    where term_unit in ('hour', 'minute')
),

-- closed days begin at the same second as the working day after them: only that one is reached
working_days as (
    select *
    from calendar_days
    where is_working
),

hour_dues as (
    select
        hours.dossier_no,
        hours.is_credited,
        case
            when hours.target_second <= day.before + day.length
                then to_timestamp(
                    (day.day - date '1970-01-01') * 86400
                    + second_after(
                        hours.target_second - day.before, day.open_1, day.close_1, day.open_2
                    )
                    - hours.offset_seconds
                )
        end as due_at
    from hours
    asof left join working_days as day
        on hours.calendar_id = day.calendar_id
        and hours.target_second > day.before
),

by_hour as (
    select
        dossier_no,
        max(case when not is_credited then due_at end) as due_recomputed_at,
        max(case when is_credited then due_at end) as due_credited_at
    from hour_dues
    group by dossier_no
),

due as (
    select * from by_day
    union all
    select * from by_hour
),

due_pairs as (
    select
        dossiers.dossier_id,
        ranks.is_procedure_term,
        ranks.term_value,
        ranks.term_unit,
        due.due_recomputed_at,
        due.due_credited_at,
        dossiers.due_at,
        dossiers.due_first_at,
        ranks.days_stood,
        due.due_recomputed_at is null
        and (ranks.term_value is not null or ranks.term_unit = 'same_day') as lacks_days,
        ranks.from_on,
        ranks.last_on,
        timezone(dossiers.time_zone, dossiers.due_at)::date as issued_on,
        timezone(dossiers.time_zone, due.due_recomputed_at)::date as recomputed_on,
        timezone(dossiers.time_zone, due.due_credited_at)::date as credited_on,
        issued.ordinal + issued.is_working::integer - ranks.rank_of_start as days_given,
        issued.holidays_until - start.holidays_until as holidays_passed,
        issued.made_up_until - start.made_up_until as made_up_passed
    from dossiers
    inner join dossier_calendars as calendars on dossiers.dossier_id = calendars.dossier_id
    left join ranks on calendars.dossier_no = ranks.dossier_no
    left join due on calendars.dossier_no = due.dossier_no
    left join cumulative_days as start
        on ranks.calendar_id = start.calendar_id
        and ranks.from_on = start.day
    left join cumulative_days as issued
        on ranks.calendar_id = issued.calendar_id
        and timezone(dossiers.time_zone, dossiers.due_at)::date = issued.day
),

-- how many closed days the issued date took for working days (negative: make-up days left out)
missed_days as (
    select
        *,
        case
            when term_unit = 'working_day'
                then term_value
                    + case when issued_on > credited_on then days_stood else 0 end
                    - days_given
            when issued_on = last_on
                then recomputed_on - issued_on
        end as days_missed
    from due_pairs
),

due_classes as (
    select
        dossier_id,
        is_procedure_term,
        term_value,
        term_unit,
        due_recomputed_at,
        due_credited_at,
        coalesce(lacks_days, false) as lacks_days,
        case
            when due_recomputed_at is null then 'not_comparable'
            when due_at is null then 'missing'
            when
                term_unit in ('hour', 'minute')
                and due_at in (due_recomputed_at, due_credited_at)
                then 'agrees'
            when
                term_unit not in ('hour', 'minute')
                and issued_on in (recomputed_on, credited_on)
                then 'agrees'
            when due_first_at is not null and due_first_at <> due_at then 'reappointed'
            when days_missed > 0
                and (
                    days_missed <= holidays_passed
                    or days_missed = issued_on - from_on - days_given
                    or last_on is not null
                )
                then 'calendar_error'
            when days_missed < 0 and -days_missed <= made_up_passed then 'calendar_error'
            when due_at < due_recomputed_at then 'shorter'
            else 'longer'
        end as due_class,
        days_missed
    from missed_days
),

due_dates as (
    select
        * exclude (days_missed),
        case when due_class = 'calendar_error' then days_missed::integer end as days_off
    from due_classes
)

select * from due_dates
