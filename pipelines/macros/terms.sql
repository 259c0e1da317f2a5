-- Terms as sources write them: "5 ngày làm việc", "30 ngày", "2 tháng", "48 hours", or a bare
-- number beside its unit. A text with two numbers is ambiguous and gives null.

-- the unit a text names, or null; a day is a calendar day unless the text says working day
create macro term_unit_of(label) as
case
    when label is null then null
    when label in ('working_day', 'calendar_day', 'calendar_month', 'hour', 'minute', 'same_day')
        then label
    when regexp_matches(lower(label), 'ngày làm việc|ngay lam viec|(working|business|work) ?day')
        then 'working_day'
    when regexp_matches(lower(label), 'trong ngày|same.?day') then 'same_day'
    when regexp_matches(lower(label), 'phút|minute|\d ?min') then 'minute'
    when regexp_matches(lower(label), 'giờ|hour|hrs?\b|\d ?h\b') then 'hour'
    when regexp_matches(lower(label), 'tháng|month') then 'calendar_month'
    when regexp_matches(lower(label), 'tuần|week') then 'week'
    when regexp_matches(lower(label), 'ngày|day') then 'calendar_day'
end;

-- the only number of a text, or null
create macro term_number(label) as
case
    when regexp_matches(label, '^[^\d-]*\d+([.,]\d+)?\D*$')
        then try_cast(replace(regexp_extract(label, '\d+([.,]\d+)?'), ',', '.') as decimal(12, 4))
end;

-- a term in whole units: an hour with a fraction counts in minutes, a week is seven days
create macro whole_term_unit(number, unit) as
case
    when unit = 'hour' and number <> floor(number) then 'minute'
    when unit = 'week' then 'calendar_day'
    else unit
end;

create macro whole_term_value(number, unit) as
case
    when unit = 'same_day' then 1
    when unit = 'hour' and number <> floor(number) and number * 60 = floor(number * 60)
        then (number * 60)::bigint
    when unit = 'week' and number = floor(number) then (number * 7)::bigint
    when unit <> 'week' and number = floor(number) then number::bigint
end;
