-- grain: one row per quarter, step of work and kind of desk: how many dossiers it had at once
-- key: quarter_no, step_code, is_by_unit
-- reads: concurrent_works, usual_work_ratios
-- promises: at_once >= 1
-- The time of all dossiers over their own time, in the quarters in which work was not outlying.

with usual_concurrency as (
    select
        works.quarter_no,
        works.step_code,
        works.is_by_unit,
        sum(works.milliseconds) / sum(works.own_milliseconds) as at_once
    from concurrent_works as works
    anti join usual_work_ratios as outlying_works
        on works.unit_no = outlying_works.unit_no
        and works.quarter_no = outlying_works.quarter_no
        and works.step_code = outlying_works.step_code
    group by works.quarter_no, works.step_code, works.is_by_unit
)

select * from usual_concurrency
