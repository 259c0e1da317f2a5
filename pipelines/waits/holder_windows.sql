-- grain: one row per holder and interval of working hours, over the days of the log
-- key: holder_no, from_second
-- reads: tasks, holder_hours, calendar_days, calendar_keys
-- promises: to_second > from_second; hours_from in ('given', 'office', 'learned')
-- Hours given for a holder count first, then the office hours of the dossiers' calendar where that
-- one ever closes; else they are learned from when the holder (with fewer than 200 stamps: the
-- unit) starts and finishes: quarter hours in use, breaks under an hour ignored, quarter hours
-- with less than a tenth of the usual stamps left out, on weekdays worked one time in three.

with holders as (
    select
        holder_no,
        min(unit_id) as unit_id,
        min(holder_id) as holder_id,
        min(time_zone) as time_zone,
        min(calendar_id) as calendar_id,
        2 * count(*) as n_stamps
    from tasks
    group by holder_no
),

span as (
    select
        to_timestamp(min(coalesce(arrived, started)))::date - 8 as first_day,
        to_timestamp(max(finished))::date + 8 as last_day
    from tasks
),

days as (
    select unnest(generate_series(first_day, last_day, interval 1 day))::date as day
    from span
),

given_windows as (
    select
        holders.holder_no,
        epoch_second(timezone(holders.time_zone, days.day + hours.opens::time)) as from_second,
        epoch_second(timezone(holders.time_zone, days.day + hours.closes::time)) as to_second,
        'given' as hours_from
    from holders
    inner join holder_hours as hours
        on holders.holder_id = hours.holder_id
        and coalesce(hours.unit_id, holders.unit_id) = holders.unit_id
    inner join days on isodow(days.day) = hours.weekday::integer
),

closing as (
    select distinct calendar_id
    from calendar_days
    where close_1 - open_1 + close_2 - open_2 < 86400
),

in_office as (
    select holders.*
    from holders
    inner join closing on holders.calendar_id = closing.calendar_id
    anti join given_windows on holders.holder_no = given_windows.holder_no
),

office_days as (
    select
        in_office.holder_no,
        (calendar_days.day - date '1970-01-01') * 86400::bigint - keys.offset_seconds as midnight,
        calendar_days.*
    from in_office
    inner join calendar_days on in_office.calendar_id = calendar_days.calendar_id
    inner join calendar_keys as keys on in_office.calendar_id = keys.calendar_id
    semi join days on calendar_days.day = days.day
),

office as (
    select
        holder_no,
        midnight + open_1 as from_second,
        midnight + close_1 as to_second,
        'office' as hours_from
    from office_days
    where close_1 > open_1
    union all
    select
        holder_no,
        midnight + open_2 as from_second,
        midnight + close_2 as to_second,
        'office' as hours_from
    from office_days
    where close_2 > open_2
),

unknown as (
    select
        holders.*,
        case when holders.n_stamps >= 200 then holders.holder_id end as learned_by
    from holders
    anti join given_windows on holders.holder_no = given_windows.holder_no
    anti join in_office on holders.holder_no = in_office.holder_no
),

-- a finish on the stroke belongs to the quarter hour before it
learning_stamps as (
    select
        tasks.unit_id,
        tasks.holder_id,
        timezone(tasks.time_zone, to_timestamp(tasks.started)) as stamped_at
    from tasks
    semi join unknown on tasks.holder_no = unknown.holder_no
    union all
    select
        tasks.unit_id,
        tasks.holder_id,
        timezone(tasks.time_zone, to_timestamp(tasks.finished - 1)) as stamped_at
    from tasks
    semi join unknown on tasks.holder_no = unknown.holder_no
    where tasks.finished > tasks.started
),

stamps as (
    select
        unit_id,
        case when grouping(holder_id) = 0 then holder_id end as learned_by,
        stamped_at::date as day,
        (hour(stamped_at) * 4 + minute(stamped_at) // 15)::integer as slot,
        count(*) as n
    from learning_stamps
    group by grouping sets (
        (unit_id, holder_id, stamped_at::date, slot), (unit_id, stamped_at::date, slot)
    )
),

slots as (
    select
        unit_id,
        learned_by,
        slot,
        sum(n) as n
    from stamps
    group by unit_id, learned_by, slot
),

usual_slots as (
    select *
    from slots
    qualify 10 * n * count(*) over (partition by unit_id, learned_by)
        >= sum(n) over (partition by unit_id, learned_by)
),

slot_runs as (
    select
        *,
        coalesce(
            slot - lag(slot) over (partition by unit_id, learned_by order by slot) >= 5, true
        ) as is_new
    from usual_slots
),

numbered_slots as (
    select
        *,
        count(*) filter (where is_new) over (
            partition by unit_id, learned_by order by slot
        ) as run_no
    from slot_runs
),

day_windows as (
    select
        unit_id,
        learned_by,
        min(slot) * 900 as opens,
        (max(slot) + 1) * 900 as closes
    from numbered_slots
    group by unit_id, learned_by, run_no
),

spans as (
    select
        unit_id,
        learned_by,
        min(day) as first_day,
        max(day) as last_day
    from stamps
    group by unit_id, learned_by
),

seen_weekdays as (
    select
        unit_id,
        learned_by,
        isodow(day) as weekday,
        count(distinct day) as n_seen
    from stamps
    group by unit_id, learned_by, isodow(day)
),

possible_weekdays as (
    select
        spans.unit_id,
        spans.learned_by,
        isodow(days.day) as weekday,
        count(*) as n_days
    from spans
    inner join days on spans.first_day <= days.day and spans.last_day >= days.day
    group by spans.unit_id, spans.learned_by, isodow(days.day)
),

weekdays as (
    select seen_weekdays.*
    from seen_weekdays
    inner join possible_weekdays
        on seen_weekdays.unit_id = possible_weekdays.unit_id
        and seen_weekdays.learned_by is not distinct from possible_weekdays.learned_by
        and seen_weekdays.weekday = possible_weekdays.weekday
    where 3 * seen_weekdays.n_seen >= possible_weekdays.n_days
),

learned_windows as (
    select
        unknown.holder_no,
        epoch_second(
            timezone(unknown.time_zone, days.day + to_seconds(day_windows.opens))
        ) as from_second,
        epoch_second(
            timezone(unknown.time_zone, days.day + to_seconds(day_windows.closes))
        ) as to_second,
        'learned' as hours_from
    from unknown
    inner join day_windows
        on unknown.unit_id = day_windows.unit_id
        and unknown.learned_by is not distinct from day_windows.learned_by
    inner join weekdays
        on unknown.unit_id = weekdays.unit_id
        and unknown.learned_by is not distinct from weekdays.learned_by
    inner join days on weekdays.weekday = isodow(days.day)
),

holder_windows as (
    select * from given_windows
    union all
    select * from office
    union all
    select * from learned_windows
)

select * from holder_windows
