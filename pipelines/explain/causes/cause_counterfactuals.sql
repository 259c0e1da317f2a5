-- grain: one row per late dossier and cause that took longer than usual from it, or made it late
-- key: dossier_no, cause
-- reads: attributed_time, time_against_peers, cause_steps, cause_dossiers, causes
-- promises: is_avoidable is not null; is_doubtful is not null
-- Would the dossier have been on time (is_avoidable), had the cause's steps taken the usual time?
-- Asked alike in quarters in and out of line, so that one can be expected from the others; of a
-- cause that is no step's time it is what but_for says. Ordinary steps vary, the cause's own and
-- every wait after them: by as much as long ones (nine in ten are shorter) exceed the usual, each
-- for itself (root of the summed squares). Where less than that lies between what the cause took
-- and the overrun, the answer is_doubtful.

with numbered as (
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
        measured.part not in ('transfer', 'work', 'external', 'applicant') as is_wait,
        3 * numbered.step_no
        + case measured.part when 'transfer' then 0 when 'work' then 2 else 1 end as place,
        coalesce(measured.long_seconds - measured.usual_seconds, 0)::bigint
        * coalesce(measured.long_seconds - measured.usual_seconds, 0) as variance
    from time_against_peers as measured
    inner join cause_dossiers as dossiers on measured.dossier_no = dossiers.dossier_no
    left join numbered
        on measured.dossier_no = numbered.dossier_no
        and measured.step_code = numbered.step_code
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

told as (
    select
        dossiers.dossier_no,
        causes.cause,
        causes.but_for
    from causes
    inner join cause_dossiers as dossiers on causes.dossier_id = dossiers.dossier_id
),

cause_counterfactuals as (
    select
        coalesce(tests.dossier_no, told.dossier_no) as dossier_no,
        coalesce(tests.cause, told.cause) as cause,
        coalesce(tests.spare_seconds >= 0, false) or coalesce(told.but_for, false) as is_avoidable,
        coalesce(tests.spare_seconds * tests.spare_seconds < tests.variance, false) as is_doubtful
    from tests
    full join told
        on tests.dossier_no = told.dossier_no
        and tests.cause = told.cause
)

select * from cause_counterfactuals
