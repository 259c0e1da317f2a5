-- grain: one row per dossier, kind of due date, effect of pauses and granularity, with the last
--   instant in time
-- key: dossier_no, due, pauses, granularity
-- reads: clock_totals, profiles, calendar_days
-- promises: late_after >= due_at
-- A half-day ends where the office opens again in the afternoon, at noon where it never closes: no
-- working time passes in between. is_covered says whether the calendar has the day. Days and
-- minutes are those of the civil clock.

with due_rules as (
    select distinct due, pauses, granularity
    from profiles
),

dues as (
    select
        dossier_no, time_zone, offset_seconds, key_base, 'issued' as due, 'as_issued' as pauses,
        due_issued_at as due_at
    from clock_totals
    where due_issued_at is not null
    union all
    select
        dossier_no, time_zone, offset_seconds, key_base, 'recomputed' as due,
        'by_procedure' as pauses, due_credited_at as due_at
    from clock_totals
    where due_credited_at is not null
    union all
    select
        dossier_no, time_zone, offset_seconds, key_base, 'recomputed' as due,
        'ignored' as pauses, due_recomputed_at as due_at
    from clock_totals
    where due_recomputed_at is not null
    union all
    select
        dossier_no, time_zone, offset_seconds, key_base, 'issued_or_term' as due,
        'adds_elapsed' as pauses,
        coalesce(
            due_issued_at + to_microseconds(elapsed_pause_seconds * 1000000), due_credited_at
        ) as due_at
    from clock_totals
    where coalesce(due_issued_at, due_credited_at) is not null
),

due_days as (
    select
        dues.*,
        timezone(dues.time_zone, timezone(dues.time_zone, dues.due_at)::date::timestamp)
            as day_begins_at,
        timezone(
            dues.time_zone, timezone(dues.time_zone, dues.due_at)::date + time '23:59:59.999999'
        ) as day_ends_at,
        epoch_second(dues.due_at) - second_of_day(epoch_second(dues.due_at), dues.offset_seconds)
            as day_second,
        day.open_1,
        day.open_2
    from dues
    left join calendar_days as day
        on day.day_key = day_key(epoch_second(dues.due_at), dues.offset_seconds, dues.key_base)
),

halves as (
    select
        *,
        case
            when open_2 > 0 then to_timestamp(day_second + open_2)
            else timezone(time_zone, timezone(time_zone, due_at)::date + time '12:00:00')
        end as half_at
    from due_days
),

limits as (
    select
        halves.dossier_no,
        halves.offset_seconds,
        halves.key_base,
        halves.due,
        halves.pauses,
        due_rules.granularity,
        halves.due_at,
        halves.day_begins_at,
        case when halves.due_at < halves.half_at then halves.day_begins_at else halves.half_at end
            as half_begins_at,
        case
            when halves.due_at >= halves.half_at then halves.half_at
            when halves.open_1 > 0 then to_timestamp(halves.day_second + halves.open_1)
            else halves.day_begins_at
        end as shift_opens_at,
        case due_rules.granularity
            when 'instant' then halves.due_at
            when 'minute' then date_trunc('minute', halves.due_at) + interval '59.999999 seconds'
            when 'half_day'
                then case
                    when halves.due_at < halves.half_at
                        then halves.half_at - interval '0.000001 seconds'
                    else halves.day_ends_at
                end
            else halves.day_ends_at
        end as late_after
    from halves
    inner join due_rules
        on halves.due = due_rules.due
        and halves.pauses = due_rules.pauses
),

lateness_thresholds as (
    select
        limits.dossier_no,
        limits.due,
        limits.pauses,
        limits.granularity,
        limits.due_at,
        limits.day_begins_at,
        limits.half_begins_at,
        limits.shift_opens_at,
        limits.late_after,
        day.day_key is not null as is_covered,
        working_second(
            second_of_day(epoch_second(limits.late_after), limits.offset_seconds),
            day.c2, day.open_1, day.close_1, day.open_2, day.close_2
        ) as due_w
    from limits
    left join calendar_days as day
        on day.day_key = day_key(
            epoch_second(limits.late_after), limits.offset_seconds, limits.key_base
        )
)

select * from lateness_thresholds
