-- Durations in classes, so that medians of many groups are counted, not sorted: narrow where steps
-- are short, wider the longer they are. Whole numbers only, so that every machine agrees.

-- number of the class of a duration in working seconds
create macro time_class(seconds) as
case
    when seconds < 3600 then seconds // 300
    when seconds < 28800 then 12 + (seconds - 3600) // 1800
    when seconds < 144000 then 26 + (seconds - 28800) // 7200
    when seconds < 720000 then 42 + (seconds - 144000) // 28800
    when seconds < 3600000 then 62 + (seconds - 720000) // 86400
    else 96 + least((seconds - 3600000) // 432000, 100)
end;

-- the shortest duration of a class
create macro class_floor(number) as
case
    when number < 12 then number * 300
    when number < 26 then 3600 + (number - 12) * 1800
    when number < 42 then 28800 + (number - 26) * 7200
    when number < 62 then 144000 + (number - 42) * 28800
    when number < 96 then 720000 + (number - 62) * 86400
    else 3600000 + (number - 96) * 432000
end;

-- place of a cause in the vocabulary, which settles ties
create macro cause_order(cause) as
list_position(
    [
        'intake_delay', 'portal_transfer', 'assignment_wait', 'queue', 'slow_work',
        'signature_wait', 'batching', 'external_agency', 'applicant', 'record_lag',
        'return_post', 'due_date_error', 'norms_too_long', 'unexplained'
    ],
    cause
);
