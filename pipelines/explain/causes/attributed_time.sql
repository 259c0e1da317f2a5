-- grain: one row per judged dossier, step, part and cause to which the time may be attributed
-- key: dossier_no, step_code, part, unit_no, cause
-- reads: time_against_peers, outlying_quarters, signing_sessions, cause_limits, cause_dossiers,
--   cause_list, click_chains, waits_behind_slow_work, multitasking_quarters, shared_works,
--   concurrent_works, unit_throughputs
-- promises: excess_seconds >= 0; excess_seconds > 0 or over_usual_seconds > 0; grade in ('A', 'B')
-- In a unit's outlying quarter the excess counts from the usual time, elsewhere only beyond the
-- extreme. A transfer that kept the rule has no cause unless the quarter is an outlier. A gap that
-- may be transfer or wait goes to whichever of the two is an outlier there, else it is a handover,
-- the coarser name; a wait that may be work goes to whichever is an outlier, else to no cause.
-- Waits behind officers who need far longer than others are slow work; work that only takes longer
-- because its officer has more dossiers begun at once is a queue: all of it in a quarter of which
-- that is the mark, else what own_seconds of shared_works leave of it. Slow work is proven (A) only
-- where it is known how many dossiers its officer had begun. Without holders, work of an outlying
-- quarter is slow where throughput rises with the stock, a queue where it does not, and without a
-- cause where neither is seen (unit_throughputs). A record that follows the signature within
-- seconds, where others take minutes, shows that both were clicked together: the time of the
-- signature is then unknown, as it is of steps clicked together with the closing
-- (click_chains). Time that another source's record does not have is all in excess, however usual
-- such a lag is.
-- over_usual_seconds is counted from the usual in every quarter alike, of late dossiers: see
-- cause_counterfactuals.

with hasty as (
    select
        measured.dossier_no,
        bool_or(measured.part = 'sign') as is_hasty_sign
    from time_against_peers as measured
    cross join cause_limits as limits
    where measured.part in ('sign', 'record')
        and measured.seconds <= limits.chain_gap
        and measured.usual_seconds >= 2 * limits.chain_gap
    group by measured.dossier_no
    having bool_or(measured.part = 'record')
),

classed_time as (
    select
        measured.*,
        dossiers.is_late,
        limits.late_click,
        own.unit_no is not null as is_outlier,
        sessions.unit_no is not null as is_by_session,
        behind.dossier_no is not null as is_behind_slow_work,
        hasty.dossier_no is not null
        and (measured.part = 'sign' or hasty.is_hasty_sign) as is_hasty,
        chains.dossier_no is not null as is_chained,
        busy.unit_no is not null as is_multitasking,
        own.unit_no is not null and throughputs.reading = 'shared' as is_stock_shared,
        measured.part <> 'work' or coalesce(not own_time.is_by_unit, false)
            as is_concurrency_known,
        coalesce(shared.is_by_unit, false) as is_rest_unknown,
        if(hasty.dossier_no is null and chains.dossier_no is null, shared.own_seconds, null)
            as own_seconds,
        case measured.part
            when 'gap_or_assign'
                then case
                    when gaps.unit_no is null and other.unit_no is not null then other.part
                    when gaps.unit_no is not null and other.unit_no is null then 'transfer'
                    else measured.part
                end
            when 'passed_over' then if(other.unit_no is null, measured.part, other.part)
            when 'gap_or_queue'
                then case
                    when behind.dossier_no is not null then 'queue'
                    when gaps.unit_no is null and other.unit_no is not null then other.part
                    when passed.unit_no is not null and own.unit_no is null then passed.part
                    when gaps.unit_no is not null and other.unit_no is null then 'transfer'
                    else measured.part
                end
            when 'work'
                then case
                    when busy.unit_no is not null then 'queue'
                    when own.unit_no is null or throughputs.unit_no is null then measured.part
                    when throughputs.reading = 'parallel' then measured.part
                    when throughputs.reading = 'shared' then 'queue'
                end
            when 'queue_or_work'
                then case
                    when slow.unit_no is null and other.unit_no is not null then 'queue'
                    when slow.unit_no is not null and other.unit_no is null then 'work'
                end
            else measured.part
        end as resolved_class
    from time_against_peers as measured
    inner join cause_dossiers as dossiers on measured.dossier_no = dossiers.dossier_no
    cross join cause_limits as limits
    left join outlying_quarters as own
        on measured.unit_no = own.unit_no
        and measured.quarter_no = own.quarter_no
        and measured.part = own.part
    left join outlying_quarters as gaps
        on measured.unit_no = gaps.unit_no
        and measured.quarter_no = gaps.quarter_no
        and gaps.part = 'transfer'
    left join outlying_quarters as other
        on measured.unit_no = other.unit_no
        and measured.quarter_no = other.quarter_no
        and other.part = case measured.part
            when 'gap_or_assign' then 'assign'
            when 'passed_over' then 'gap_or_queue'
            else 'queue'
        end
    left join outlying_quarters as passed
        on measured.unit_no = passed.unit_no
        and measured.quarter_no = passed.quarter_no
        and passed.part = 'passed_over'
    left join signing_sessions as sessions
        on measured.unit_no = sessions.unit_no
        and measured.quarter_no = sessions.quarter_no
        and measured.part = 'sign'
    left join outlying_quarters as slow
        on measured.unit_no = slow.unit_no
        and measured.quarter_no = slow.quarter_no
        and slow.part = 'work'
    left join waits_behind_slow_work as behind
        on measured.dossier_no = behind.dossier_no
        and measured.step_code = behind.step_code
        and measured.unit_no = behind.unit_no
        and measured.part in ('queue', 'gap_or_queue')
    left join multitasking_quarters as busy
        on measured.unit_no = busy.unit_no
        and measured.quarter_no = busy.quarter_no
        and measured.step_code = busy.step_code
        and measured.part = 'work'
    left join unit_throughputs as throughputs
        on measured.unit_no = throughputs.unit_no
        and measured.step_code = throughputs.step_code
        and measured.part = 'work'
    left join concurrent_works as own_time
        on measured.dossier_no = own_time.dossier_no
        and measured.step_code = own_time.step_code
        and measured.unit_no = own_time.unit_no
        and measured.part = 'work'
    left join shared_works as shared
        on measured.dossier_no = shared.dossier_no
        and measured.step_code = shared.step_code
        and measured.unit_no = shared.unit_no
        and measured.part = 'work'
    left join hasty on measured.dossier_no = hasty.dossier_no
    left join click_chains as chains
        on measured.dossier_no = chains.dossier_no
        and measured.step_code = chains.step_code
),

part_causes as (
    select
        listed_part,
        arg_min(cause, cause_no) as part_cause
    from (
        select unnest(parts) as listed_part, cause, cause_no
        from cause_list
    ) as listed
    group by listed_part
),

causable as (
    select
        classed_time.*,
        part_causes.part_cause,
        (classed_time.is_hasty or classed_time.is_chained)
        and classed_time.resolved_class in ('sign', 'work', 'queue')
        or classed_time.is_chained
        and classed_time.resolved_class in ('transfer', 'gap_or_queue', 'assign', 'gap_or_assign')
            as is_doubtful
    from classed_time
    inner join part_causes on classed_time.resolved_class = part_causes.listed_part
    where part_causes.part_cause <> 'unexplained'
),

-- work of a holder with many at once is two rows: its own time, and what comes on top of it
split_time as (
    select
        causable.* replace (coalesce(causable.own_seconds, causable.seconds) as seconds),
        0 as own_part_seconds,
        false as is_shared
    from causable
    union all
    select
        causable.* replace ('queue' as part_cause),
        causable.own_seconds as own_part_seconds,
        true as is_shared
    from causable
    where causable.own_seconds is not null
        and not causable.is_rest_unknown
),

excess_time as (
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
            when is_outlier or is_by_session or is_behind_slow_work or part <> resolved_class
                then seconds - usual_seconds
            when part = 'transfer' and (over_rule_seconds = 0 or seconds <= 3600) then 0
            else seconds - greatest(extreme_seconds, own_part_seconds)
        end as excess_seconds,
        case
            when part in ('synced', 'disputed') then seconds
            when usual_seconds is null then over_norm_seconds
            else seconds - greatest(usual_seconds, own_part_seconds)
        end as over_usual_seconds
    from split_time
),

attributed_time as (
    select
        dossier_no,
        step_code,
        part,
        unit_no,
        seconds,
        coalesce(usual_seconds, 0) as usual_seconds,
        greatest(excess_seconds, 0) as excess_seconds,
        over_usual_seconds,
        part in ('synced', 'disputed')
        or coalesce(seconds > extreme_seconds, true) as is_extreme,
        case
            when is_doubtful then 'record_lag'
            when is_behind_slow_work then 'slow_work'
            when resolved_class = 'sign' and is_by_session then 'batching'
            else part_cause
        end as cause,
        case
            when is_doubtful then 'B'
            when part = 'transfer' and over_rule_seconds > 0 then 'A'
            when part in ('record', 'synced') then 'A'
            when part = 'disputed' then 'B'
            when part = 'recording' or part <> resolved_class or not is_separable then 'B'
            when is_shared or not is_concurrency_known then 'B'
            when is_by_session or over_norm_seconds > 0 or (is_outlier and basis = 'units')
                then 'A'
            else 'B'
        end as grade,
        case
            when is_doubtful then 'clicked_together'
            when part = 'transfer' and over_rule_seconds > 0 then 'rule'
            when part = 'record' then 'second_source'
            when part = 'synced' then 'other_record'
            when part = 'disputed' then 'records_differ'
            when part = 'recording' then 'record_step'
            when is_behind_slow_work then 'behind_slow_work'
            when is_multitasking or is_shared then 'multitasking'
            when is_stock_shared then 'throughput'
            when own_seconds is not null then 'own_work'
            when part <> resolved_class then 'not_separable'
            when part = 'passed_over' then 'passed_over'
            when part in ('gap_or_assign', 'gap_or_queue') then 'no_arrival'
            when is_by_session then 'sessions'
            when usual_seconds is null then 'norm'
            when is_outlier then 'out_of_line'
            else 'extreme'
        end as ground
    from excess_time
    where excess_seconds > 0 or (over_usual_seconds > 0 and is_late)
)

select * from attributed_time
