-- grain: one row per dossier that was judged under the profile asked for, by number
-- key: dossier_no
-- reads: dossiers, other_records, outcomes, dossier_calendars, due_dates, calendar_days
-- promises: overrun_seconds >= 0; after_paper_seconds >= 0; after_other_seconds >= 0;
--   due_error_seconds >= 0; after_clock_seconds >= 0
-- What the dossier itself says of its lateness: by how much it overran, how long its clock ran on
-- after the day of the paper result or after the end in another source's record, by how much its
-- due date was set too early, and how long after the clock's end the profile's own end came.
-- Working seconds throughout; is_measured says whether the overrun can be given in them (0 if the
-- due date or a day of the calendar is missing). The office's own record shows that a portal's is
-- late (is_other_shown); of two offices', or against the office's own, neither is known to be
-- right. has_paper says that the paper result has a date, be it that of the end.
-- A mere date of the other record means the end of that day.

with others as (
    select
        dossier_id,
        source,
        counted_source,
        kept_by = 'office' and counted_kept_by = 'portal' as is_shown,
        min(paper_result_on) over (partition by dossier_id) as paper_result_on,
        case when differs then ended_at end as ended_at
    from other_records
    qualify
        row_number() over (
            partition by dossier_id
            order by differs desc, is_shown desc, ended_at asc, source asc
        ) = 1
),

cases as (
    select
        calendars.dossier_no,
        dossiers.dossier_id,
        dossiers.unit_id,
        coalesce(dossiers.procedure_id, 'unknown') as procedure_id,
        coalesce(dossiers.channel_in, 'other') as channel_in,
        dossiers.channel_out,
        outcomes.outcome,
        outcomes.outcome in ('late', 'open_overdue') as is_late,
        calendars.is_open,
        dossiers.received_on,
        timezone(
            dossiers.time_zone,
            coalesce(
                closed_when(
                    outcomes.state,
                    outcomes.ended_at_used,
                    dossiers.received_at,
                    dossiers.snapshot_at
                ),
                dossiers.snapshot_at
            )
        )::date as ended_on,
        outcomes.used_seconds,
        outcomes.paused_seconds,
        outcomes.allowed_seconds,
        case
            when outcomes.outcome in ('late', 'open_overdue')
                then greatest(-outcomes.slack_seconds, 0)
            else 0
        end as overrun_seconds,
        outcomes.slack_seconds is not null as is_measured,
        calendars.offset_seconds,
        calendars.key_base,
        calendars.end_second,
        epoch_second(outcomes.ended_at_used) as judged_second,
        epoch_second(outcomes.due_at_used) as due_second,
        case
            when due_dates.due_class not in ('missing', 'not_comparable')
                then epoch_second(due_dates.due_credited_at)
        end as right_due_second,
        due_dates.due_class,
        due_dates.is_procedure_term,
        coalesce(
            coalesce(dossiers.paper_result_on, others.paper_result_on) >= dossiers.received_on,
            false
        ) as has_paper,
        case
            when coalesce(dossiers.paper_result_on, others.paper_result_on) >= dossiers.received_on
                then epoch_second(
                    timezone(
                        dossiers.time_zone,
                        (coalesce(dossiers.paper_result_on, others.paper_result_on) + 1)::timestamp
                    )
                )
        end as paper_second,
        case
            when timezone(dossiers.time_zone, others.ended_at)::time = time '00:00:00'
                then epoch_second(
                    timezone(
                        dossiers.time_zone,
                        timezone(dossiers.time_zone, others.ended_at) + interval 1 day
                    )
                )
            else epoch_second(others.ended_at)
        end as other_second,
        others.is_shown as is_other_shown,
        timezone(dossiers.time_zone, others.ended_at)::date as other_ended_on,
        others.source as other_source,
        others.counted_source
    from dossiers
    inner join outcomes on dossiers.dossier_id = outcomes.dossier_id
    inner join dossier_calendars as calendars on dossiers.dossier_id = calendars.dossier_id
    left join due_dates on dossiers.dossier_id = due_dates.dossier_id
    left join others on dossiers.dossier_id = others.dossier_id
    where outcomes.profile = getvariable('profile')
        and outcomes.outcome in ('early', 'on_time', 'late', 'open_overdue')
),

instants as (
    select dossier_no, offset_seconds, key_base, 'end' as what, end_second as second
    from cases
    where judged_second > end_second
        or paper_second < end_second
        or other_second < end_second
    union all
    select dossier_no, offset_seconds, key_base, 'judged' as what, judged_second as second
    from cases
    where judged_second > end_second
    union all
    select dossier_no, offset_seconds, key_base, 'paper' as what, paper_second as second
    from cases
    where paper_second < end_second
    union all
    select dossier_no, offset_seconds, key_base, 'other' as what, other_second as second
    from cases
    where other_second < end_second
    union all
    select dossier_no, offset_seconds, key_base, 'due' as what, due_second as second
    from cases
    where right_due_second > due_second
    union all
    select dossier_no, offset_seconds, key_base, 'right_due' as what, right_due_second as second
    from cases
    where right_due_second > due_second
),

work_times as (
    select
        instants.dossier_no,
        instants.what,
        working_second(
            second_of_day(instants.second, instants.offset_seconds),
            day.c2, day.open_1, day.close_1, day.open_2, day.close_2
        ) as w
    from instants
    inner join calendar_days as day
        on day.day_key = day_key(instants.second, instants.offset_seconds, instants.key_base)
),

spans as (
    select
        dossier_no,
        max(case when what = 'end' then w end) as end_w,
        max(case when what = 'judged' then w end) as judged_w,
        max(case when what = 'paper' then w end) as paper_w,
        max(case when what = 'other' then w end) as other_w,
        max(case when what = 'due' then w end) as due_w,
        max(case when what = 'right_due' then w end) as right_due_w
    from work_times
    group by dossier_no
),

procedures as (
    select
        procedure_id,
        row_number() over (order by procedure_id)::integer as procedure_no
    from cases
    group by procedure_id
),

overruns as (
    select
        cases.*,
        procedures.procedure_no,
        case
            when cases.allowed_seconds < 57600 then 1
            when cases.allowed_seconds < 144000 then 2
            when cases.allowed_seconds < 288000 then 3
            when cases.allowed_seconds < 576000 then 4
            else 5
        end::tinyint as term_band,
        (year(cases.received_on) * 4 + quarter(cases.received_on))::smallint as quarter_no,
        coalesce(spans.end_w - spans.paper_w, 0)::bigint as after_paper_seconds,
        coalesce(spans.end_w - spans.other_w, 0)::bigint as after_other_seconds,
        coalesce(spans.right_due_w - spans.due_w, 0)::bigint as due_error_seconds,
        coalesce(spans.judged_w - spans.end_w, 0)::bigint as after_clock_seconds
    from cases
    inner join procedures on cases.procedure_id = procedures.procedure_id
    left join spans on cases.dossier_no = spans.dossier_no
),

cause_dossiers as (
    select
        * exclude (judged_second, right_due_second)
        replace (
            case when paper_second < end_second then paper_second end as paper_second,
            case when other_second < end_second then other_second end as other_second,
            coalesce(is_other_shown and other_second < end_second, false) as is_other_shown
        )
    from overruns
)

select * from cause_dossiers
