-- grain: one row per judged dossier and cause that took time from it beyond what is usual
-- key: dossier_no, cause
-- reads: cause_measured, cause_quarters, cause_sessions, cause_dossiers, cause_limits
-- promises: excess_seconds > 0; grade in ('A', 'B')
-- What would be gone if the cause were gone. In a unit's quarter that is out of line the excess
-- counts from the usual, elsewhere from the extreme. What the log cannot tell apart blames nobody.

with weighed as (
    select
        measured.*,
        quarters.unit_no is not null as is_out_of_line,
        sessions.unit_no is not null as is_by_session,
        limits.late_click,
        case
            when measured.usual_seconds is null then measured.over_norm_seconds
            when quarters.unit_no is not null
                then greatest(measured.seconds - measured.usual_seconds, 0)
            else greatest(measured.seconds - measured.extreme_seconds, 0)
        end as over_seconds
    from cause_measured as measured
    left join cause_quarters as quarters
        on measured.unit_no = quarters.unit_no
        and measured.quarter_no = quarters.quarter_no
        and measured.part = quarters.part
    left join cause_sessions as sessions
        on measured.unit_no = sessions.unit_no
        and measured.quarter_no = sessions.quarter_no
        and measured.part = 'sign'
    cross join cause_limits as limits
    where measured.part not in ('unlogged', 'any', 'gap_or_wait', 'wait_or_work')
),

named as (
    select
        dossier_no,
        case part
            when 'intake' then 'intake_delay'
            when 'transfer' then 'portal_transfer'
            when 'assign' then 'assignment_wait'
            when 'queue' then 'queue'
            when 'work' then 'slow_work'
            when 'sign' then case when is_by_session then 'batching' else 'signature_wait' end
            when 'external' then 'external_agency'
            when 'applicant' then 'applicant'
            when 'record' then 'record_lag'
            when 'recording' then 'record_lag'
            else 'return_post'
        end as cause,
        case
            when part = 'transfer' and over_rule_seconds is not null then over_rule_seconds
            when part = 'transfer' and seconds <= 3600 then 0
            when part in ('record', 'recording')
                and seconds > greatest(coalesce(usual_seconds, 0), late_click)
                then seconds - coalesce(usual_seconds, 0)
            when part in ('record', 'recording') then 0
            when part = 'sign' and is_by_session
                then greatest(seconds - coalesce(usual_seconds, 0), 0)
            else over_seconds
        end as excess_seconds,
        seconds,
        coalesce(usual_seconds, 0) as usual_seconds,
        case
            when part = 'transfer' and over_rule_seconds is not null then 'A'
            when part = 'record' then 'A'
            when part = 'recording' then 'B'
            when is_separable and (is_out_of_line or is_by_session or over_norm_seconds > 0)
                then 'A'
            else 'B'
        end as grade
    from weighed
),

artefacts as (
    select
        dossier_no,
        'due_date_error' as cause,
        due_error_seconds as excess_seconds,
        due_error_seconds as seconds,
        0 as usual_seconds,
        case when is_procedure_term and due_class <> 'calendar_error' then 'B' else 'A' end as grade
    from cause_dossiers
    union all
    select
        dossier_no,
        case when channel_out = 'post' then 'return_post' else 'applicant' end as cause,
        after_clock_seconds as excess_seconds,
        after_clock_seconds as seconds,
        0 as usual_seconds,
        'B' as grade
    from cause_dossiers
),

together as (
    select * from named
    union all
    select * from artefacts
),

cause_excess as (
    select
        dossier_no,
        cause,
        sum(excess_seconds)::bigint as excess_seconds,
        max(excess_seconds)::bigint as largest_seconds,
        arg_max(seconds, excess_seconds)::bigint as spent_seconds,
        arg_max(usual_seconds, excess_seconds)::bigint as usual_seconds,
        arg_max(grade, excess_seconds) as grade
    from together
    where excess_seconds > 0
    group by dossier_no, cause
)

select * from cause_excess
