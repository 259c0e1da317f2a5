-- grain: one row per judged dossier, step and part: the working seconds a cause could explain
-- key: dossier_no, step_code, part, unit_no
-- reads: ledger, cause_dossiers, cause_steps, cause_units, transfer_rules, calendar_days,
--   passed_over_steps
-- promises: seconds > 0; over_rule_seconds is null or over_rule_seconds >= 0;
--   over_norm_seconds >= 0
-- Pauses, and time that no step covers, are excluded. Time that one record of the dossier has after
-- its end in another source is synced, or disputed where it is not known which of the two is right.
-- Time after the day of the paper result, or after the last signature when no work followed, is
-- record, whoever had the dossier; recording is a step of that name without a second source.
-- Between two steps of one holder there is no hand-over: that gap is a wait before the next step.
-- Time that a log does not separate (a wait with or without the transfer before it, a wait or the
-- work) has a class of its own; so has the gap in which others that came later passed over.

with signatures_at_end as (
    select
        dossier_no,
        max(case when step_kind = 'sign' then last_second end) as signed_second
    from cause_steps
    where step_kind not in ('record', 'return')
    group by dossier_no
    having max(case when step_kind = 'sign' then last_second end) >= max(last_second)
),

dossiers as (
    select
        judged.dossier_no,
        judged.dossier_id,
        judged.unit_id as dossier_unit_id,
        judged.offset_seconds,
        judged.key_base,
        judged.is_open,
        judged.paper_second,
        judged.other_second,
        judged.is_other_shown,
        least(judged.paper_second, judged.other_second) as known_second,
        greatest(judged.after_paper_seconds, judged.after_other_seconds) as known_seconds,
        signatures_at_end.signed_second,
        epoch(rules.cutoff::time)::integer as cutoff_second
    from cause_dossiers as judged
    left join signatures_at_end on judged.dossier_no = signatures_at_end.dossier_no
    left join transfer_rules as rules
        on rules.unit_id = '*'
        and rules.rule = 'paper_transfer'
        and coalesce(rules.valid_from::date, judged.received_on) <= judged.received_on
        and coalesce(rules.valid_to::date, judged.received_on) >= judged.received_on
),

-- few registers have a second source; all others are read only once this way
segments as not materialized (
    select
        dossiers.*,
        ledger.step_no,
        ledger.kind,
        ledger.phase,
        epoch_second(ledger.from_at)::integer as from_second,
        epoch_second(ledger.to_at)::integer as to_second,
        ledger.work_seconds::integer as work_seconds,
        case when ledger.norm_source = 'regulated' then ledger.overrun_seconds end::integer
            as overrun_seconds
    from ledger
    inner join dossiers on ledger.dossier_id = dossiers.dossier_id
    where ledger.work_seconds > 0
),

known_segments as (
    select *
    from segments
    where known_second is not null
),

-- the segment in which the second source has the end is split there
tails as (
    select
        dossier_no,
        (
            max(known_seconds)
            - sum(case when from_second >= known_second then work_seconds else 0 end)
        )::integer as tail_seconds
    from known_segments
    group by dossier_no
),

spanning_segments as (
    select known_segments.*, tails.tail_seconds
    from known_segments
    inner join tails on known_segments.dossier_no = tails.dossier_no
    where known_segments.from_second < known_segments.known_second
        and known_segments.to_second > known_segments.known_second
),

intervals as (
    select *
    from segments
    where known_second is null
    union all
    select known_segments.*
    from known_segments
    anti join spanning_segments
        on known_segments.dossier_no = spanning_segments.dossier_no
        and known_segments.from_second = spanning_segments.from_second
    union all
    select
        * exclude (tail_seconds)
        replace (work_seconds - tail_seconds as work_seconds, known_second as to_second)
    from spanning_segments
    union all
    select
        * exclude (tail_seconds)
        replace (tail_seconds as work_seconds, known_second as from_second)
    from spanning_segments
),

parts as (
    select
        intervals.*,
        coalesce(steps.step_code, 0) as step_code,
        coalesce(steps.unit_no, units.unit_no) as unit_no,
        case
            when intervals.from_second >= intervals.other_second
                and intervals.other_second = intervals.known_second
                then if(intervals.is_other_shown, 'synced', 'disputed')
            when intervals.from_second >= coalesce(intervals.paper_second, intervals.signed_second)
                or intervals.from_second >= intervals.signed_second
                then 'record'
            when intervals.kind = 'unlogged' then 'unlogged'
            when intervals.kind = 'transfer' and not coalesce(steps.is_same_holder, false)
                then 'transfer'
            when intervals.kind = 'intake' then 'intake'
            when steps.step_kind = 'applicant' then 'applicant'
            when intervals.kind = 'transfer'
                then case steps.step_kind
                    when 'opinion' then 'external' when 'record' then 'recording'
                    when 'external' then 'external' when 'assign' then 'assign'
                    when 'sign' then 'sign' when 'return' then 'return'
                    when 'intake' then 'intake' else 'queue'
                end
            when intervals.kind = 'external' then 'external'
            when intervals.kind = 'record' then 'recording'
            when intervals.kind in ('sign', 'return') then intervals.kind
            when intervals.phase = 'not_separable' then 'any'
            when intervals.phase = 'gap_or_wait' and steps.is_same_holder
                then if(steps.step_kind = 'assign', 'assign', 'queue')
            when intervals.phase = 'gap_or_wait' and steps.step_kind = 'assign'
                then 'gap_or_assign'
            when intervals.phase = 'gap_or_wait' and passed.dossier_no is not null
                then 'passed_over'
            when intervals.phase = 'gap_or_wait' then 'gap_or_queue'
            when steps.step_kind = 'assign' then 'assign'
            when intervals.phase = 'wait_or_handling' and intervals.is_open and steps.is_waiting
                then 'queue'
            when intervals.phase = 'wait_or_handling' then 'queue_or_work'
            when intervals.phase = 'wait' then 'queue'
            else 'work'
        end::cause_part as part
    from intervals
    left join cause_steps as steps
        on intervals.dossier_no = steps.dossier_no
        and intervals.step_no = steps.step_no
    left join passed_over_steps as passed
        on intervals.dossier_no = passed.dossier_no
        and intervals.step_no = passed.step_no
    inner join cause_units as units on intervals.dossier_unit_id = units.unit_id
    where intervals.kind <> 'pause'
        and intervals.work_seconds > 0
),

-- time that the same-working-day rule allows for a transfer: before the cut-off to the end of the
-- office day, after it to the first hour of the next one
by_rule as (
    select
        parts.*,
        day.length + day.before
        - working_second(
            second_of_day(parts.from_second, parts.offset_seconds),
            day.c2, day.open_1, day.close_1, day.open_2, day.close_2
        )
        + case
            when not day.is_working
                or second_of_day(parts.from_second, parts.offset_seconds) >= parts.cutoff_second
                then 3600
            else 0
        end as allowed_seconds
    from parts
    left join calendar_days as day
        on case
            when parts.part in ('transfer', 'gap_or_assign', 'gap_or_queue', 'passed_over')
                and parts.work_seconds > 3600
                and parts.cutoff_second is not null
                then day_key(parts.from_second, parts.offset_seconds, parts.key_base)
        end = day.day_key
        and day.closes < 86400
),

attributable_time as (
    select
        by_rule.dossier_no,
        by_rule.step_code,
        by_rule.part,
        by_rule.unit_no,
        sum(by_rule.work_seconds)::integer as seconds,
        sum(
            clamp(by_rule.work_seconds - by_rule.allowed_seconds, 0, by_rule.work_seconds)::integer
        )::integer as over_rule_seconds,
        sum(coalesce(by_rule.overrun_seconds, 0))::integer as over_norm_seconds,
        bool_and(by_rule.phase in ('gap', 'wait', 'handling')) as is_separable
    from by_rule
    group by by_rule.dossier_no, by_rule.step_code, by_rule.part, by_rule.unit_no
)

select * from attributable_time
