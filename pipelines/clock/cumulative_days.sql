-- grain: one row per calendar and day: how many days of each kind came up to it
-- key: day_key
-- reads: calendar_days
-- promises: holidays_until >= 0
-- holidays are weekdays on which the office is closed, make-up days weekend days on which it opens.

with cumulative_days as (
    select
        calendar_id,
        day,
        day_key,
        ordinal,
        is_working,
        closes,
        sum((not is_working and isodow(day) <= 5)::integer) over until_then as holidays_until,
        sum((is_working and isodow(day) > 5)::integer) over until_then as made_up_until,
        max(length) over (partition by calendar_id) as day_length
    from calendar_days
    window until_then as (
        partition by calendar_id
        order by day
        rows between unbounded preceding and current row
    )
)

select * from cumulative_days
