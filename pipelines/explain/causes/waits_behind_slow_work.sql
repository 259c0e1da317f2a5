-- grain: one row per judged dossier and step that waited for the slow work on dossiers before it
-- key: dossier_no, step_code, unit_no
-- reads: time_against_peers, usual_work_ratios, multitasking_quarters, unit_throughputs,
--   cause_dossiers, cause_steps, calendar_days
-- promises: wait_seconds > 0; 2 * behind_seconds >= wait_seconds
-- The queue of a unit's step is run again with usual work: in its outlying quarters of work, unless
-- its officers only had more dossiers in work at once, every dossier takes what it took times the
-- ratio of usual work (also unless a unit without holders is not seen to work on each alone, see
-- unit_throughputs). Of a wait beyond the usual, behind_seconds would not have been; a wait of
-- which most would have been anyway is a queue. Dossiers begin in the order of the log; as fast as
-- the desk worked while somebody waited in that quarter (n_busy dossiers at a time), it works on.
-- After Lindley (1952), Proc. Camb. Phil. Soc. 48, 277-289, in the form of a running maximum.

with usual_works as (
    select ratios.*
    from usual_work_ratios as ratios
    anti join multitasking_quarters as busy
        on ratios.unit_no = busy.unit_no
        and ratios.quarter_no = busy.quarter_no
        and ratios.step_code = busy.step_code
    anti join unit_throughputs as throughputs
        on throughputs.reading <> 'parallel'
        and ratios.unit_no = throughputs.unit_no
        and ratios.step_code = throughputs.step_code
),

works as (
    select
        dossier_no,
        step_code,
        unit_no,
        seconds
    from time_against_peers
    where part = 'work'
),

slow_desks as (
    select distinct unit_no, step_code
    from usual_works
    where ratio < 1
),

waits as (
    select
        measured.dossier_no,
        measured.step_code,
        measured.unit_no,
        sum(measured.seconds - measured.usual_seconds)::bigint as wait_seconds
    from time_against_peers as measured
    where measured.part in ('queue', 'gap_or_queue')
        and measured.seconds > measured.usual_seconds
    group by measured.dossier_no, measured.step_code, measured.unit_no
),

beginnings as (
    select
        steps.dossier_no,
        steps.step_code,
        steps.unit_no,
        min(steps.started_second) as started_second
    from cause_steps as steps
    semi join slow_desks
        on steps.unit_no = slow_desks.unit_no
        and steps.step_code = slow_desks.step_code
    where steps.started_second is not null
    group by steps.dossier_no, steps.step_code, steps.unit_no
),

visits as (
    select
        beginnings.dossier_no,
        beginnings.step_code,
        beginnings.unit_no,
        dossiers.quarter_no,
        working_second(
            second_of_day(beginnings.started_second, dossiers.offset_seconds),
            day.c2, day.open_1, day.close_1, day.open_2, day.close_2
        ) as started,
        coalesce(waits.wait_seconds, 0) as wait_seconds,
        coalesce(works.seconds, 0) as work_seconds,
        coalesce(works.seconds, 0) * least(coalesce(usual_works.ratio, 1), 1) as usual_seconds
    from beginnings
    inner join cause_dossiers as dossiers on beginnings.dossier_no = dossiers.dossier_no
    inner join calendar_days as day
        on day.day_key
        = day_key(beginnings.started_second, dossiers.offset_seconds, dossiers.key_base)
    left join waits
        on beginnings.dossier_no = waits.dossier_no
        and beginnings.step_code = waits.step_code
        and beginnings.unit_no = waits.unit_no
    left join works
        on beginnings.dossier_no = works.dossier_no
        and beginnings.step_code = works.step_code
        and beginnings.unit_no = works.unit_no
    left join usual_works
        on beginnings.unit_no = usual_works.unit_no
        and beginnings.step_code = usual_works.step_code
        and dossiers.quarter_no = usual_works.quarter_no
),

moves as (
    select
        unit_no,
        step_code,
        quarter_no,
        unnest([started - wait_seconds, started, started + work_seconds]) as second,
        unnest([1, -1, 0]) as waiting,
        unnest([0, 1, -1]) as busy
    from visits
),

desk_states as (
    select
        unit_no,
        step_code,
        quarter_no,
        lead(second) over span - second as seconds,
        sum(waiting) over span as n_waiting,
        sum(busy) over span as n_busy
    from moves
    window span as (
        partition by unit_no, step_code
        order by second, quarter_no, waiting, busy
        rows between unbounded preceding and current row
    )
),

speeds as (
    select
        unit_no,
        step_code,
        quarter_no,
        sum(n_busy * seconds) / sum(seconds) as n_busy
    from desk_states
    where n_waiting > 0
        and seconds > 0
    group by unit_no, step_code, quarter_no
    having sum(n_busy * seconds) > 0
),

queued_works as (
    select
        visits.*,
        coalesce(
            sum(visits.work_seconds / speeds.n_busy) over before, 0
        ) as ahead_seconds,
        coalesce(
            sum(visits.usual_seconds / speeds.n_busy) over before, 0
        ) as usual_ahead_seconds
    from visits
    left join speeds
        on visits.unit_no = speeds.unit_no
        and visits.step_code = speeds.step_code
        and visits.quarter_no = speeds.quarter_no
    window before as (
        partition by visits.unit_no, visits.step_code
        order by visits.started, visits.dossier_no
        rows between unbounded preceding and 1 preceding
    )
),

replays as (
    select
        *,
        ahead_seconds + max(started - wait_seconds - ahead_seconds) over up_to as begins,
        usual_ahead_seconds
        + max(started - wait_seconds - usual_ahead_seconds) over up_to as usual_begins
    from queued_works
    window up_to as (
        partition by unit_no, step_code
        order by started, dossier_no
        rows between unbounded preceding and current row
    )
),

waits_behind_slow_work as (
    select
        dossier_no,
        step_code,
        unit_no,
        wait_seconds,
        least(begins - usual_begins, wait_seconds)::bigint as behind_seconds
    from replays
    where wait_seconds > 0
        and 2 * (begins - usual_begins) >= wait_seconds
)

select * from waits_behind_slow_work
