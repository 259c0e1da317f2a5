-- grain: one row per unit, outlying quarter of work and step that many dossiers at once made long
-- key: unit_no, quarter_no, step_code
-- reads: usual_work_ratios, cause_steps, cause_dossiers, cause_limits
-- promises: at_once >= 1; usual_at_once >= 1
-- Who works on several dossiers in turn needs longer for each, though no more of the working time:
-- that is a queue whose dossiers all have been begun. A dossier's own time is the sum of the time
-- between two clicks over the number of dossiers that its holder then had begun and not ended;
-- at_once is the time of all dossiers over their own time. Here it is far larger than at the other
-- units in the same quarter, and explains by itself how much longer the dossiers took. Without
-- holders, or from others' outlying quarters alone, it is not known.

with tasks as (
    select
        steps.holder_no,
        steps.unit_no,
        steps.step_code,
        dossiers.quarter_no,
        steps.started_second,
        steps.last_second as ended_second
    from cause_steps as steps
    inner join cause_dossiers as dossiers on steps.dossier_no = dossiers.dossier_no
    semi join usual_work_ratios as outlying_works on steps.step_code = outlying_works.step_code
    where steps.has_start
        and steps.has_finish
        and steps.holder_no is not null
        and steps.last_second > steps.started_second
),

clicks as (
    select
        holder_no,
        second,
        sum(change)::bigint as change
    from (
        select
            holder_no,
            unnest([started_second, ended_second]) as second,
            unnest([1, -1]) as change
        from tasks
    ) as changes
    group by holder_no, second
),

spans as (
    select
        holder_no,
        second,
        lead(second) over (partition by holder_no order by second) - second as seconds,
        sum(change) over (partition by holder_no order by second) as n_at_once
    from clicks
),

-- thousandths of a second, whole ones: sums are the same in any order
own_times as (
    select
        holder_no,
        second,
        coalesce(
            sum(seconds::bigint * 1000 // greatest(n_at_once, 1)) over (
                partition by holder_no
                order by second
                rows between unbounded preceding and 1 preceding
            ),
            0
        )::bigint as own_milliseconds
    from spans
),

quarter_times as (
    select
        tasks.unit_no,
        tasks.quarter_no,
        tasks.step_code,
        sum(tasks.ended_second - tasks.started_second)::bigint * 1000 as milliseconds,
        sum(ends.own_milliseconds - starts.own_milliseconds)::bigint as own_milliseconds
    from tasks
    inner join own_times as starts
        on tasks.holder_no = starts.holder_no
        and tasks.started_second = starts.second
    inner join own_times as ends
        on tasks.holder_no = ends.holder_no
        and tasks.ended_second = ends.second
    group by tasks.unit_no, tasks.quarter_no, tasks.step_code
),

usual_quarters as (
    select
        quarter_times.quarter_no,
        quarter_times.step_code,
        sum(quarter_times.milliseconds) / sum(quarter_times.own_milliseconds) as usual_at_once
    from quarter_times
    anti join usual_work_ratios as outlying_works
        on quarter_times.unit_no = outlying_works.unit_no
        and quarter_times.quarter_no = outlying_works.quarter_no
        and quarter_times.step_code = outlying_works.step_code
    group by quarter_times.quarter_no, quarter_times.step_code
),

multitasking_quarters as (
    select
        quarter_times.unit_no,
        quarter_times.quarter_no,
        quarter_times.step_code,
        quarter_times.milliseconds / quarter_times.own_milliseconds as at_once,
        usual_quarters.usual_at_once
    from quarter_times
    inner join usual_work_ratios as outlying_works
        on quarter_times.unit_no = outlying_works.unit_no
        and quarter_times.quarter_no = outlying_works.quarter_no
        and quarter_times.step_code = outlying_works.step_code
    inner join usual_quarters
        on quarter_times.quarter_no = usual_quarters.quarter_no
        and quarter_times.step_code = usual_quarters.step_code
    cross join cause_limits as limits
    where 100 * quarter_times.milliseconds
        >= limits.at_once * usual_quarters.usual_at_once * quarter_times.own_milliseconds
        and limits.own_work * outlying_works.ratio * quarter_times.milliseconds
        >= 100 * usual_quarters.usual_at_once * quarter_times.own_milliseconds
)

select * from multitasking_quarters
