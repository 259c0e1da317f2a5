-- grain: one row per judged dossier, step, part and cause that the part may be put down to
-- key: dossier_no, step_code, part, unit_no
-- reads: cause_measured, cause_quarters, cause_sessions, cause_limits, cause_dossiers
-- promises: excess_seconds >= 0; excess_seconds > 0 or beyond_seconds > 0; grade in ('A', 'B')
-- In a unit's quarter that is out of line the excess counts from the usual, elsewhere only beyond
-- the extreme. A transfer that kept the rule is nobody's fault unless the quarter is out of line.
-- What the log cannot tell apart goes to the one of both that is out of line there, else to nobody.
-- Waits behind officers who need far longer than others are slow work. A record that follows the
-- signature within seconds, where others take minutes, says that both were clicked together: when
-- the result was signed is then not known. What another source's record does not have is in excess
-- whole, however usual such a lag is.
-- beyond_seconds is counted from the usual in every quarter alike, of late dossiers: see
-- cause_spared.

with hasty as (
    select
        measured.dossier_no,
        bool_or(measured.part = 'sign') as is_hasty_sign
    from cause_measured as measured
    cross join cause_limits as limits
    where measured.part in ('sign', 'record')
        and measured.seconds <= limits.chain_gap
        and measured.usual_seconds >= 2 * limits.chain_gap
    group by measured.dossier_no
    having bool_or(measured.part = 'record')
),

slow_quarters as (
    select quarters.unit_no, quarters.quarter_no
    from cause_quarters as quarters
    cross join cause_limits as limits
    where quarters.part = 'work'
        and 100 * quarters.n_over >= limits.slow_share * quarters.n_steps
),

placed as (
    select
        measured.*,
        dossiers.is_late,
        limits.late_click,
        own.unit_no is not null as is_out_of_line,
        sessions.unit_no is not null as is_by_session,
        slow.unit_no is not null as is_slow_quarter,
        hasty.dossier_no is not null
        and (measured.part = 'sign' or hasty.is_hasty_sign) as is_doubtful,
        case measured.part
            when 'gap_or_assign'
                then case
                    when gaps.unit_no is null then other.part
                    when other.unit_no is null then 'transfer'
                end
            when 'gap_or_queue'
                then case
                    when gaps.unit_no is null then other.part
                    when other.unit_no is null then 'transfer'
                end
            when 'queue_or_work'
                then case
                    when slow.unit_no is null and other.unit_no is not null then 'queue'
                    when slow.unit_no is not null and other.unit_no is null then 'work'
                end
            else measured.part
        end as part_meant
    from cause_measured as measured
    inner join cause_dossiers as dossiers on measured.dossier_no = dossiers.dossier_no
    cross join cause_limits as limits
    left join cause_quarters as own
        on measured.unit_no = own.unit_no
        and measured.quarter_no = own.quarter_no
        and measured.part = own.part
    left join cause_quarters as gaps
        on measured.unit_no = gaps.unit_no
        and measured.quarter_no = gaps.quarter_no
        and gaps.part = 'transfer'
    left join cause_quarters as other
        on measured.unit_no = other.unit_no
        and measured.quarter_no = other.quarter_no
        and other.part = case when measured.part = 'gap_or_assign' then 'assign' else 'queue' end
    left join cause_sessions as sessions
        on measured.unit_no = sessions.unit_no
        and measured.quarter_no = sessions.quarter_no
        and measured.part = 'sign'
    left join slow_quarters as slow
        on measured.unit_no = slow.unit_no
        and measured.quarter_no = slow.quarter_no
    left join hasty on measured.dossier_no = hasty.dossier_no
    where measured.part not in ('unlogged', 'any')
),

weighed as (
    select
        *,
        case
            when part in ('synced', 'disputed') then seconds
            when part = 'transfer' and over_rule_seconds > 0
                then seconds - coalesce(usual_seconds, 0)
            when part in ('record', 'recording')
                then case
                    when seconds > greatest(coalesce(usual_seconds, 0), late_click)
                        then seconds - coalesce(usual_seconds, 0)
                    else 0
                end
            when usual_seconds is null then over_norm_seconds
            when is_out_of_line or is_by_session or part <> part_meant
                then seconds - usual_seconds
            when part = 'transfer' and (over_rule_seconds = 0 or seconds <= 3600) then 0
            else seconds - extreme_seconds
        end as excess_seconds,
        case
            when part in ('synced', 'disputed') then seconds
            when usual_seconds is null then over_norm_seconds
            else seconds - usual_seconds
        end as beyond_seconds
    from placed
    where part_meant is not null
),

cause_weighed as (
    select
        dossier_no,
        step_code,
        part,
        unit_no,
        seconds,
        coalesce(usual_seconds, 0) as usual_seconds,
        greatest(excess_seconds, 0) as excess_seconds,
        beyond_seconds,
        part in ('synced', 'disputed')
        or coalesce(seconds > extreme_seconds, true) as is_extreme,
        case
            when part_meant in ('sign', 'work', 'queue') and is_doubtful then 'record_lag'
            when part_meant = 'intake' then 'intake_delay'
            when part_meant = 'transfer' then 'portal_transfer'
            when part_meant = 'assign' then 'assignment_wait'
            when part_meant = 'queue' and not is_slow_quarter then 'queue'
            when part_meant in ('queue', 'work') then 'slow_work'
            when part_meant = 'sign' and is_by_session then 'batching'
            when part_meant = 'sign' then 'signature_wait'
            when part_meant = 'external' then 'external_agency'
            when part_meant = 'applicant' then 'applicant'
            when part_meant in ('record', 'recording', 'synced', 'disputed') then 'record_lag'
            else 'return_post'
        end::cause_name as cause,
        case
            when is_doubtful and part_meant in ('sign', 'work', 'queue') then 'B'
            when part = 'transfer' and over_rule_seconds > 0 then 'A'
            when part in ('record', 'synced') then 'A'
            when part = 'disputed' then 'B'
            when part = 'recording' or part <> part_meant or not is_separable then 'B'
            when is_by_session or over_norm_seconds > 0 or (is_out_of_line and basis = 'units')
                then 'A'
            else 'B'
        end as grade,
        case
            when is_doubtful and part_meant in ('sign', 'work', 'queue') then 'clicked_together'
            when part = 'transfer' and over_rule_seconds > 0 then 'rule'
            when part = 'record' then 'second_source'
            when part = 'synced' then 'other_record'
            when part = 'disputed' then 'records_differ'
            when part = 'recording' then 'record_step'
            when part <> part_meant then 'not_separable'
            when is_by_session then 'sessions'
            when part = 'queue' and is_slow_quarter then 'behind_slow_work'
            when usual_seconds is null then 'norm'
            when is_out_of_line then 'out_of_line'
            else 'extreme'
        end as ground
    from weighed
    where excess_seconds > 0 or (beyond_seconds > 0 and is_late)
)

select * from cause_weighed
