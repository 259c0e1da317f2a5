-- The clock in SQL: an instant is an epoch second, a day of a calendar one dense integer key, and
-- working time the difference of two working seconds. Source of the numbers: table calendar_days,
-- compiled from data/reference/calendars.

-- epoch second of an instant, floored
create macro epoch_second(instant) as epoch_us(instant) // 1000000;

-- key of calendar_days for an epoch second
create macro day_key(epoch, offset_seconds, key_base) as
(epoch + offset_seconds) // 86400 + key_base;

-- second of the calendar's day, 0 to 86399; written so because % costs six times a division
create macro second_of_day(epoch, offset_seconds) as
(epoch + offset_seconds) - (epoch + offset_seconds) // 86400 * 86400;

-- working second W: how long the office was open from the calendar's first day to this second.
-- clamp(x, 0, l) = (|x| - |x - l| + l) / 2 for each window; the constants are in c2.
create macro working_second(y, c2, open_1, close_1, open_2, close_2) as
(c2 + abs(y - open_1) - abs(y - close_1) + abs(y - open_2) - abs(y - close_2)) >> 1;

-- second of the day at which `rest` working seconds of the day have passed
create macro second_after(rest, open_1, close_1, open_2) as
case
    when rest <= close_1 - open_1 then open_1 + rest
    else open_2 + rest - (close_1 - open_1)
end;

-- x limited to two bounds; null stays null (least and greatest alone would skip it)
create macro clamp(x, low, high) as
case when x is not null then greatest(least(x, high), low) end;

-- the last second of a day's office hours; of the civil day where the office never closes
create macro closing_instant(day, closes, offset_seconds, zone) as
case
    when closes = 86400
        then timezone(zone, day::timestamp + interval 1 day - interval 1 second)
    else to_timestamp((day - date '1970-01-01') * 86400 + closes - offset_seconds)
end;
