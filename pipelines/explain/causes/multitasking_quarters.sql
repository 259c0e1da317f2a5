-- grain: one row per unit, outlying quarter of work and step that many dossiers at once made long
-- key: unit_no, quarter_no, step_code
-- reads: concurrent_works, usual_concurrency, usual_work_ratios, cause_dossiers, cause_limits
-- promises: at_once >= 1; usual_at_once >= 1
-- Who works on several dossiers in turn needs longer for each, though no more of the working time:
-- that is a queue whose dossiers all have been begun. at_once is the time of all dossiers over
-- their own time. Here it is far larger than usual, and the middle dossier's own time is not, or
-- not clearly (three deviations of the share of dossiers over the median), longer than that of the
-- same procedure where work is not outlying. For units without holders see unit_throughputs.

with works as (
    select
        concurrent_works.*,
        dossiers.procedure_no,
        outlying_works.unit_no is not null as is_outlying
    from concurrent_works
    inner join cause_dossiers as dossiers on concurrent_works.dossier_no = dossiers.dossier_no
    left join usual_work_ratios as outlying_works
        on concurrent_works.unit_no = outlying_works.unit_no
        and concurrent_works.quarter_no = outlying_works.quarter_no
        and concurrent_works.step_code = outlying_works.step_code
    where not concurrent_works.is_by_unit
),

usual_works as (
    select
        procedure_no,
        step_code,
        quantile_disc(own_milliseconds, 0.5) as usual_milliseconds
    from works
    where not is_outlying
    group by procedure_no, step_code
),

quarter_works as (
    select
        works.unit_no,
        works.quarter_no,
        works.step_code,
        sum(works.milliseconds) / sum(works.own_milliseconds) as at_once,
        quantile_disc(works.own_milliseconds / usual_works.usual_milliseconds, 0.5) as own_ratio,
        count(*) as n_works,
        count(*) filter (where works.own_milliseconds > usual_works.usual_milliseconds)
            as n_longer
    from works
    inner join usual_works
        on works.procedure_no = usual_works.procedure_no
        and works.step_code = usual_works.step_code
    where works.is_outlying
    group by works.unit_no, works.quarter_no, works.step_code
),

multitasking_quarters as (
    select
        own.unit_no,
        own.quarter_no,
        own.step_code,
        own.at_once,
        usual.at_once as usual_at_once
    from quarter_works as own
    inner join usual_concurrency as usual
        on own.quarter_no = usual.quarter_no
        and own.step_code = usual.step_code
        and not usual.is_by_unit
    cross join cause_limits as limits
    where 100 * own.at_once >= limits.at_once * usual.at_once
        and (
            100 * own.own_ratio <= limits.own_work
            or pow(share_angle(own.n_longer, own.n_works) - asin(sqrt(0.5)), 2)
            <= 9 * (share_chance(own.n_works) + pow(limits.least_difference / 100, 2))
        )
)

select * from multitasking_quarters
