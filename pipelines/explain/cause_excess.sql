-- grain: one row per judged dossier and cause that took time from it beyond what is usual
-- key: dossier_no, cause
-- reads: cause_weighed, cause_dossiers
-- promises: excess_seconds > 0; grade in ('A', 'B')
-- What would be gone if the cause were gone: working seconds, summed over the dossier's steps. The
-- evidence is that of the step where the cause took most.

with artefacts as (
    select
        dossier_no,
        'due_date_error' as cause,
        due_error_seconds as excess_seconds,
        due_error_seconds as seconds,
        0 as usual_seconds,
        case when is_procedure_term and due_class <> 'calendar_error' then 'B' else 'A' end
            as grade,
        'wrong_due' as ground
    from cause_dossiers
    union all
    select
        dossier_no,
        case when channel_out = 'post' then 'return_post' else 'applicant' end as cause,
        after_clock_seconds as excess_seconds,
        after_clock_seconds as seconds,
        0 as usual_seconds,
        'B' as grade,
        'after_clock' as ground
    from cause_dossiers
),

together as (
    select dossier_no, cause, excess_seconds, seconds, usual_seconds, grade, ground
    from cause_weighed
    union all
    select dossier_no, cause, excess_seconds, seconds, usual_seconds, grade, ground
    from artefacts
),

cause_excess as (
    select
        dossier_no,
        cause,
        sum(excess_seconds)::bigint as excess_seconds,
        arg_max(seconds, (excess_seconds, seconds))::bigint as spent_seconds,
        arg_max(usual_seconds, (excess_seconds, seconds))::bigint as usual_seconds,
        arg_max(ground, (excess_seconds, seconds, ground)) as ground,
        arg_max(grade, (excess_seconds, seconds, ground)) as grade
    from together
    where excess_seconds > 0
    group by dossier_no, cause
)

select * from cause_excess
