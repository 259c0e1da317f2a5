-- grain: one row per late dossier and cause that took longer than usual from it, or made it late
-- key: dossier_no, cause
-- reads: attributed_time, time_against_peers, cause_steps, cause_dossiers, causes
-- promises: is_avoidable is not null; is_doubtful is not null
-- Would the dossier have been on time (is_avoidable), had the cause's steps taken the usual time?
-- The test is the same in outlying and other quarters, so that each can be expected from the
-- others; for a cause that is not the time of a step it is but_for. The time of ordinary steps
-- varies, of the cause's own and of every wait after them, by the difference of long and usual time
-- (root of the summed squares). Where the margin is smaller than that, the answer is_doubtful.

with first_steps as (
    select
        steps.dossier_no,
        steps.step_code,
        min(steps.step_no)::integer as step_no
    from cause_steps as steps
    semi join cause_dossiers as dossiers
        on steps.dossier_no = dossiers.dossier_no
        and dossiers.is_late
    group by steps.dossier_no, steps.step_code
),

late_parts as (
    select
        measured.dossier_no,
        measured.step_code,
        measured.part,
        measured.unit_no,
        measured.part not in (
            'transfer', 'passed_over', 'work', 'external', 'applicant'
        ) as is_wait,
        3 * first_steps.step_no
        + case
            when measured.part in ('transfer', 'passed_over') then 0
            when measured.part = 'work' then 2
            else 1
        end as place,
        coalesce(measured.long_seconds - measured.usual_seconds, 0)::bigint
        * coalesce(measured.long_seconds - measured.usual_seconds, 0) as variance
    from time_against_peers as measured
    inner join cause_dossiers as dossiers on measured.dossier_no = dossiers.dossier_no
    left join first_steps
        on measured.dossier_no = first_steps.dossier_no
        and measured.step_code = first_steps.step_code
    where dossiers.is_late
),

beyond as (
    select
        weighed.dossier_no,
        weighed.cause,
        sum(weighed.over_usual_seconds)::bigint as over_usual_seconds,
        sum(late_parts.variance)::bigint as variance,
        min(late_parts.place) as place
    from attributed_time as weighed
    inner join late_parts
        on weighed.dossier_no = late_parts.dossier_no
        and weighed.step_code = late_parts.step_code
        and weighed.part = late_parts.part
        and weighed.unit_no = late_parts.unit_no
    where weighed.over_usual_seconds > 0
    group by weighed.dossier_no, weighed.cause
),

after as (
    select
        beyond.dossier_no,
        beyond.cause,
        sum(late_parts.variance)::bigint as variance
    from beyond
    inner join late_parts
        on beyond.dossier_no = late_parts.dossier_no
        and beyond.place < late_parts.place
    where late_parts.is_wait
    group by beyond.dossier_no, beyond.cause
),

tests as (
    select
        beyond.dossier_no,
        beyond.cause,
        beyond.over_usual_seconds - greatest(dossiers.overrun_seconds, 1) as spare_seconds,
        beyond.variance + coalesce(after.variance, 0) as variance
    from beyond
    inner join cause_dossiers as dossiers on beyond.dossier_no = dossiers.dossier_no
    left join after
        on beyond.dossier_no = after.dossier_no
        and beyond.cause = after.cause
),

cause_rows as (
    select
        dossiers.dossier_no,
        causes.cause,
        causes.but_for
    from causes
    inner join cause_dossiers as dossiers on causes.dossier_id = dossiers.dossier_id
),

cause_counterfactuals as (
    select
        coalesce(tests.dossier_no, cause_rows.dossier_no) as dossier_no,
        coalesce(tests.cause, cause_rows.cause) as cause,
        coalesce(tests.spare_seconds >= 0, false)
        or coalesce(cause_rows.but_for, false) as is_avoidable,
        coalesce(tests.spare_seconds * tests.spare_seconds < tests.variance, false) as is_doubtful
    from tests
    full join cause_rows
        on tests.dossier_no = cause_rows.dossier_no
        and tests.cause = cause_rows.cause
)

select * from cause_counterfactuals
