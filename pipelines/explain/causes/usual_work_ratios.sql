-- grain: one row per unit, outlying quarter of work and step
-- key: unit_no, quarter_no, step_code
-- reads: outlying_quarters, time_against_peers, cause_dossiers, cause_limits
-- promises: ratio > 0
-- What the work would have taken had each dossier needed the mean of such work in all quarters that
-- are not outlying, at any unit, over what it took. Below 1: the unit took longer.

with outlying_works as (
    select unit_no, quarter_no
    from outlying_quarters
    where part = 'work'
),

works as (
    select
        measured.step_code,
        measured.unit_no,
        measured.quarter_no,
        dossiers.procedure_no,
        outlying_works.unit_no is not null as is_outlying,
        measured.seconds
    from time_against_peers as measured
    inner join cause_dossiers as dossiers on measured.dossier_no = dossiers.dossier_no
    left join outlying_works
        on measured.unit_no = outlying_works.unit_no
        and measured.quarter_no = outlying_works.quarter_no
    where measured.part = 'work'
        and not dossiers.is_open
),

ordinary_works as (
    select
        works.procedure_no,
        works.step_code,
        avg(works.seconds) as mean_seconds
    from works
    cross join cause_limits as limits
    where not works.is_outlying
    group by works.procedure_no, works.step_code
    having count(*) >= max(limits.fewest_peers)
),

usual_work_ratios as (
    select
        works.unit_no,
        works.quarter_no,
        works.step_code,
        sum(ordinary_works.mean_seconds) / sum(works.seconds) as ratio
    from works
    inner join ordinary_works
        on works.procedure_no = ordinary_works.procedure_no
        and works.step_code = ordinary_works.step_code
    where works.is_outlying
    group by works.unit_no, works.quarter_no, works.step_code
)

select * from usual_work_ratios
