-- Dates and times as people and systems write them, recognised by their shape. An unknown shape,
-- and a date that no calendar has (31/02), give null; the caller reports the text. Choosing the
-- format by shape is several times faster than trying formats in turn. Rare spellings (month
-- names, 8h30, SA and CH, the year first with slashes) have one of these shapes when they land.

-- a text with slashes for dots and dashes where the day, not the year, comes first
create macro with_slashes(stamp) as
case
    when substr(stamp, 5, 1) <> '-' and regexp_matches(stamp, '^\d{1,2}[.-]\d{1,2}[.-]\d{4}')
        then regexp_replace(stamp, '^(\d{1,2})[.-](\d{1,2})[.-]', '\1/\2/')
    else stamp
end;

-- whether the year has two digits; the first look is cheap, so that others pay no more
create macro has_short_year(stamp) as
(strlen(stamp) < 9 or ' ' in (substr(stamp, 7, 1), substr(stamp, 8, 1), substr(stamp, 9, 1)))
and regexp_matches(stamp, '^\d{1,2}[/.-]\d{1,2}[/.-]\d{2}( |$)');

-- the same text with its year in this century, as in every register there is, and with slashes
create macro with_century(stamp) as
regexp_replace(stamp, '^(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})( |$)', '\1/\2/20\3\4');

-- dd/mm/yyyy or mm/dd/yyyy, with or without a time of day, 12 or 24 hours
create macro parse_slashes(stamp, day_first) as
case
    when not regexp_matches(stamp, '^\d{1,2}/\d{1,2}/\d{4}( |$)') then null
    when upper(right(stamp, 1)) = 'M' and day_first
        then try_strptime(stamp, ['%d/%m/%Y %I:%M:%S %p', '%d/%m/%Y %I:%M %p'])
    when upper(right(stamp, 1)) = 'M'
        then try_strptime(stamp, ['%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y %I:%M %p'])
    when not contains(stamp, ':') and day_first then try_strptime(stamp, '%d/%m/%Y')
    when not contains(stamp, ':') then try_strptime(stamp, '%m/%d/%Y')
    when substr(stamp, -3, 1) = ':' and substr(stamp, -6, 1) = ':' and day_first
        then try_strptime(stamp, '%d/%m/%Y %H:%M:%S')
    when substr(stamp, -3, 1) = ':' and substr(stamp, -6, 1) = ':'
        then try_strptime(stamp, '%m/%d/%Y %H:%M:%S')
    when contains(stamp, '.') and day_first then try_strptime(stamp, '%d/%m/%Y %H:%M:%S.%f')
    when contains(stamp, '.') then try_strptime(stamp, '%m/%d/%Y %H:%M:%S.%f')
    when day_first then try_strptime(stamp, '%d/%m/%Y %H:%M')
    else try_strptime(stamp, '%m/%d/%Y %H:%M')
end;

-- days since 30/12/1899, as Excel counts from 1900 on, to the second
create macro parse_serial(stamp) as
timestamp '1899-12-30' + to_seconds(round(try_cast(stamp as decimal(24, 10)) * 86400)::bigint);

-- ISO with nothing after the time: a cast would pass over PM, or an offset it does not know
create macro is_iso(stamp) as
stamp like '____-__-__'
or stamp like '____-__-__ __:__'
or regexp_full_match(
    stamp, '\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?'
);

-- the local time a text without zone says
create macro parse_local(stamp, day_first) as
case
    when substr(stamp, 5, 1) = '-'
        then case when is_iso(stamp) then try_cast(stamp as timestamp) end
    when has_short_year(stamp) then parse_slashes(with_century(stamp), day_first)
    when contains(stamp, '/') then parse_slashes(stamp, day_first)
    when regexp_full_match(stamp, '\d{14}') then try_strptime(stamp, '%Y%m%d%H%M%S')
    when regexp_full_match(stamp, '\d{12}') then try_strptime(stamp, '%Y%m%d%H%M')
    when regexp_full_match(stamp, '\d{8}') then try_strptime(stamp, '%Y%m%d')
    when regexp_full_match(stamp, '\d{5}(\.\d+)?') then parse_serial(stamp)
    else parse_slashes(with_slashes(stamp), day_first)
end;

create macro has_offset(stamp) as
substr(stamp, 5, 1) = '-'
and strlen(stamp) > 16
and (right(stamp, 1) = 'Z' or regexp_matches(right(stamp, 7), '\d[+-]\d{2}(:?\d{2})?$'));

-- a date without a time of day
create macro is_date_only(stamp) as
strlen(stamp) <= 10
and regexp_full_match(
    stamp, '\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})|\d{8}|\d{5}(\.0+)?'
);

-- the midnight at which a day ends, written as an hour of that day
create macro is_hour_24(stamp) as contains(stamp, ' 24:00') or contains(stamp, 'T24:00');

-- seconds, milliseconds or microseconds since 1970, of the years 2001 to 2033
create macro parse_epoch(stamp) as
case
    when regexp_full_match(stamp, '1\d{9}(\.\d+)?')
        then make_timestamptz((try_cast(stamp as decimal(24, 6)) * 1000000)::bigint)
    when regexp_full_match(stamp, '1\d{12}(\.\d+)?')
        then make_timestamptz((try_cast(stamp as decimal(24, 6)) * 1000)::bigint)
    when regexp_full_match(stamp, '1\d{15}') then make_timestamptz(try_cast(stamp as bigint))
end;

-- what a text without an offset says on the clock of its place; null when it has one of its own.
-- The shapes of nearly all exports come first: signs in their places cost a tenth of a regex.
create macro wall_time(stamp, day_first) as
coalesce(
    case
        when stamp like '__/__/____ __:__:__'
            then
                case
                    when day_first then try_strptime(stamp, '%d/%m/%Y %H:%M:%S')
                    else try_strptime(stamp, '%m/%d/%Y %H:%M:%S')
                end
        when stamp like '__/__/____ __:__'
            then
                case
                    when day_first then try_strptime(stamp, '%d/%m/%Y %H:%M')
                    else try_strptime(stamp, '%m/%d/%Y %H:%M')
                end
        when stamp like '____-__-__ __:__:__' and not suffix(stamp, 'Z')
            then try_cast(stamp as timestamp)
        when not has_offset(stamp) then parse_local(stamp, day_first)
    end,
    case
        when is_hour_24(stamp)
            then parse_slashes(regexp_replace(stamp, ' 24:00(:00)?$', ''), day_first)
                + interval 1 day
    end
);

-- from what a due stamp says to what it means: a mere date ends with its last second, and so does
-- a day that is written with its 24th hour
create macro due_shift(stamp) as
case
    when is_date_only(stamp) then interval '23:59:59'
    when is_hour_24(stamp) then interval '-1 second'
    else interval '0 seconds'
end;

-- the same for a due instant: a mere date means the end of that day
create macro wall_due(stamp, day_first) as wall_time(stamp, day_first) + due_shift(stamp);

-- the instant of a text with an offset of its own; null where there is none
create macro offset_instant(stamp) as
case when has_offset(stamp) then try_cast(stamp as timestamptz) end;

-- the instant of a wall time in its zone, or of a text with an offset of its own
create macro instant_of(wall, stamp, zone) as
coalesce(timezone(zone, wall), offset_instant(stamp));

-- the same where numbers may count from 1970
create macro stamp_instant(wall, stamp, zone, has_epochs) as
coalesce(
    timezone(zone, wall),
    offset_instant(stamp),
    case when has_epochs then parse_epoch(stamp) end
);

-- the last second of a day, of an instant that stands at its beginning
create macro end_of_day(instant, zone) as
case
    when timezone(zone, instant)::time = time '00:00:00'
        then timezone(zone, timezone(zone, instant) + interval '23:59:59')
    when timezone('UTC', instant)::time = time '00:00:00'
        then timezone(zone, timezone('UTC', instant) + interval '23:59:59')
    else instant
end;

-- a due instant; is_day: stamps at midnight are dates in this column, as its whole file shows. A
-- midnight in UTC is one, too, if the text says its offset
create macro due_instant(wall, stamp, zone, has_epochs, is_day) as
case
    when not is_day
        then coalesce(
            timezone(zone, wall),
            stamp_instant(wall, stamp, zone, has_epochs) + due_shift(stamp)
        )
    when wall is not null
        then timezone(
            zone,
            wall
            + case
                when wall::time = time '00:00:00' then interval '23:59:59'
                else interval '0 seconds'
            end
        )
    else end_of_day(stamp_instant(wall, stamp, zone, has_epochs) + due_shift(stamp), zone)
end;

-- an instant of an age in which registers are kept; placeholders (31/12/9999, 01/01/1900) are none
create macro plausible(instant) as
case
    when instant >= timestamptz '1990-01-01 00:00:00+00'
        and instant < timestamptz '2061-01-01 00:00:00+00'
        then instant
end;

-- a field and the text in it whose instant was read but not believed, for a finding
create macro implausible_text(field, stamp, instant) as
case
    when instant is not null and plausible(instant) is null
        then concat(field, ' = ', coalesce(stamp, instant::date::varchar))
end;

-- both steps at once, for a text used once
create macro parse_instant(stamp, day_first, zone) as
instant_of(wall_time(stamp, day_first), stamp, zone);

create macro parse_due(stamp, day_first, zone) as
coalesce(
    timezone(zone, wall_due(stamp, day_first)), offset_instant(stamp) + due_shift(stamp)
);

-- whether a clock change makes a wall time ambiguous or impossible; Vietnam has changed no clock
-- since 1975, and not looking halves the cost of a row
create macro in_clock_change(wall, zone) as
case
    when wall is null then null
    when zone in ('Asia/Ho_Chi_Minh', 'UTC') and wall >= timestamp '1976-01-01' then false
    else
        timezone(zone, timezone(zone, wall)) <> wall
        or timezone(zone, timezone(zone, wall) + interval 1 hour) = wall
        or timezone(zone, timezone(zone, wall) - interval 1 hour) = wall
end;

-- whether an end lies before a start; an end at midnight is a mere date and counts as its whole day
create macro ends_before(ended_at, began_at, zone) as
ended_at < began_at
and not (
    timezone(zone, ended_at)::time = time '00:00:00'
    and timezone(zone, ended_at)::date = timezone(zone, began_at)::date
);

-- number of the civil month of a day: twelve times its year, and the month
create macro month_no(day) as (year(day) * 12 + month(day))::integer;

-- number of the half-year of a day: twice its year, one more from July on
create macro half_no(day) as (month_no(day) - 1) // 6;

-- whether an apology was sent: as recorded, else whether the due date was re-issued, which is done
-- by one; unknown without a first due date
create macro apology_state(has_apology, first_due, due) as
case coalesce(has_apology, first_due < due)
    when true then 'yes' when false then 'no' else 'unknown'
end;

-- number of the quarter of an hour of an instant: no zone begins its day within one
create macro quarter_hour(instant) as epoch_us(instant) // 900000000;
