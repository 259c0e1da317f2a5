-- grain: one row per dossier and segment of its clock, pauses cut out, in seconds
-- key: dossier_no, from_second
-- reads: step_segments, pause_spells, dossier_calendars, calendar_days
-- promises: to_second > from_second; work_seconds >= 0;
--   spent_seconds is null or spent_seconds >= work_seconds
-- Only dossiers with a pause are cut; the others keep the segments of step_segments. Those whose
-- clock the calendar does not cover have no segments. spent_seconds are the working seconds of the
-- step up to the end of the segment, without pauses and the transfer to the step; null where the
-- segment belongs to no step.

with clocked_dossiers as (
    select *
    from dossier_calendars
    where is_clocked
),

unpaused_segments as (
    select
        step_segments.*,
        false as is_paused
    from step_segments
    anti join pause_spells on step_segments.dossier_no = pause_spells.dossier_no
),

paused_segments as (
    select step_segments.*
    from step_segments
    semi join pause_spells on step_segments.dossier_no = pause_spells.dossier_no
),

starts as (
    select *, from_second as second
    from paused_segments
    union all
    select paused_segments.*, stops.from_second as second
    from paused_segments
    inner join pause_spells as stops
        on paused_segments.dossier_no = stops.dossier_no
        and paused_segments.from_second < stops.from_second
        and paused_segments.to_second > stops.from_second
    union all
    select paused_segments.*, stops.to_second as second
    from paused_segments
    inner join pause_spells as stops
        on paused_segments.dossier_no = stops.dossier_no
        and paused_segments.from_second < stops.to_second
        and paused_segments.to_second > stops.to_second
),

subsegments as (
    select
        * exclude (second) replace (
            second::integer as from_second,
            coalesce(lead(second) over span, to_second)::integer as to_second,
            (row_number() over span)::integer as segment_no
        )
    from starts
    window span as (partition by dossier_no order by second)
),

split_segments as (
    select subsegments.*, stops.dossier_no is not null as is_paused
    from subsegments
    left join pause_spells as stops
        on subsegments.dossier_no = stops.dossier_no
        and subsegments.from_second >= stops.from_second
        and subsegments.from_second < stops.to_second
),

segments as (
    select *, false as is_cut
    from unpaused_segments
    union all
    select *, true as is_cut
    from split_segments
),

segment_clocks as (
    select
        segments.dossier_no,
        segments.from_second,
        segments.to_second,
        segments.segment_no,
        segments.step_no,
        segments.is_cut,
        case when segments.is_paused then 'pause'::segment_kind else segments.kind end as kind,
        case when segments.is_paused then 'pause'::segment_phase else segments.phase end as phase,
        working_second(
            second_of_day(segments.to_second, calendars.offset_seconds),
            last_day.c2, last_day.open_1, last_day.close_1, last_day.open_2, last_day.close_2
        ) as to_w,
        working_second(
            second_of_day(segments.from_second, calendars.offset_seconds),
            first_day.c2, first_day.open_1, first_day.close_1, first_day.open_2, first_day.close_2
        ) as from_w,
        working_second(
            second_of_day(segments.entered_second, calendars.offset_seconds),
            enter_day.c2, enter_day.open_1, enter_day.close_1, enter_day.open_2, enter_day.close_2
        ) as entered_w
    from segments
    inner join clocked_dossiers as calendars on segments.dossier_no = calendars.dossier_no
    left join calendar_days as first_day
        on first_day.day_key = day_key(
            segments.from_second, calendars.offset_seconds, calendars.key_base
        )
    left join calendar_days as last_day
        on last_day.day_key = day_key(
            segments.to_second, calendars.offset_seconds, calendars.key_base
        )
    left join calendar_days as enter_day
        on enter_day.day_key = day_key(
            segments.entered_second, calendars.offset_seconds, calendars.key_base
        )
),

measured_segments as (
    select
        dossier_no,
        segment_no,
        from_second,
        to_second,
        kind,
        phase,
        step_no,
        to_w - from_w as work_seconds,
        case when phase <> 'gap' then to_w - entered_w end as spent_seconds
    from segment_clocks
    where not is_cut
    union all
    select
        dossier_no,
        segment_no,
        from_second,
        to_second,
        kind,
        phase,
        step_no,
        to_w - from_w as work_seconds,
        case
            when phase not in ('gap', 'pause')
                then sum(case when phase not in ('gap', 'pause') then to_w - from_w end) over (
                    partition by dossier_no, step_no
                    order by from_second
                    rows between unbounded preceding and current row
                )
        end::integer as spent_seconds
    from segment_clocks
    where is_cut
    order by dossier_no, segment_no
)

select * from measured_segments
