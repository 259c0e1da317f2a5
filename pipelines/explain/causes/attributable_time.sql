-- grain: one row per judged dossier, step and part: the working seconds a cause could answer for
-- key: dossier_no, step_code, part, unit_no
-- reads: ledger, cause_dossiers, cause_steps, cause_units, transfer_rules, calendar_days
-- promises: seconds > 0; over_rule_seconds is null or over_rule_seconds >= 0;
--   over_norm_seconds >= 0
-- Pauses, and time that no step covers, are no part of anything. What one record of the dossier has
-- after the end in another source's is nobody's work (synced; disputed where it is not known which
-- of the two is right). What comes after the day of the
-- paper result, or after the last signature when nothing was worked on any more, is recording,
-- whoever had the dossier (record; recording is a step of that name without a second source).
-- Between two steps of one holder nothing is handed over: that gap is a wait before the next step.
-- Parts that a log cannot tell apart (a wait with or without the transfer before it, a wait or the
-- work) stay together under a name of their own.

with signed as (
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
        judged.offset_seconds,
        judged.key_base,
        judged.is_open,
        judged.paper_second,
        judged.other_second,
        judged.is_other_shown,
        least(judged.paper_second, judged.other_second) as known_second,
        greatest(judged.after_paper_seconds, judged.after_other_seconds) as known_seconds,
        signed.signed_second,
        epoch(rules.cutoff::time)::integer as cutoff_second
    from cause_dossiers as judged
    left join signed on judged.dossier_no = signed.dossier_no
    left join transfer_rules as rules
        on rules.unit_id = '*'
        and rules.rule = 'paper_transfer'
        and coalesce(rules.valid_from::date, judged.received_on) <= judged.received_on
        and coalesce(rules.valid_to::date, judged.received_on) >= judged.received_on
),

-- few registers have a second source, and all others are read but once so
whole as not materialized (
    select
        dossiers.*,
        ledger.step_no,
        ledger.unit_id,
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

told as (
    select *
    from whole
    where known_second is not null
),

-- the stretch in which the second source has the end is cut there
tails as (
    select
        dossier_no,
        (
            max(known_seconds)
            - sum(case when from_second >= known_second then work_seconds else 0 end)
        )::integer as tail_seconds
    from told
    group by dossier_no
),

cut as (
    select told.*, tails.tail_seconds
    from told
    inner join tails on told.dossier_no = tails.dossier_no
    where told.from_second < told.known_second
        and told.to_second > told.known_second
),

stretches as (
    select *
    from whole
    where known_second is null
    union all
    select told.*
    from told
    anti join cut
        on told.dossier_no = cut.dossier_no
        and told.from_second = cut.from_second
    union all
    select
        * exclude (tail_seconds)
        replace (work_seconds - tail_seconds as work_seconds, known_second as to_second)
    from cut
    union all
    select
        * exclude (tail_seconds)
        replace (tail_seconds as work_seconds, known_second as from_second)
    from cut
),

named as (
    select
        stretches.*,
        coalesce(steps.step_code, 0) as step_code,
        case
            when stretches.from_second >= stretches.other_second
                and stretches.other_second = stretches.known_second
                then if(stretches.is_other_shown, 'synced', 'disputed')
            when stretches.from_second >= coalesce(stretches.paper_second, stretches.signed_second)
                or stretches.from_second >= stretches.signed_second
                then 'record'
            when stretches.kind = 'unlogged' then 'unlogged'
            when stretches.kind = 'transfer' and not coalesce(steps.is_same_holder, false)
                then 'transfer'
            when stretches.kind = 'intake' then 'intake'
            when steps.step_kind = 'applicant' then 'applicant'
            when stretches.kind = 'transfer'
                then case steps.step_kind
                    when 'opinion' then 'external' when 'record' then 'recording'
                    when 'external' then 'external' when 'assign' then 'assign'
                    when 'sign' then 'sign' when 'return' then 'return'
                    when 'intake' then 'intake' else 'queue'
                end
            when stretches.kind = 'external' then 'external'
            when stretches.kind = 'record' then 'recording'
            when stretches.kind in ('sign', 'return') then stretches.kind
            when stretches.phase = 'not_separable' then 'any'
            when stretches.phase = 'gap_or_wait' and steps.is_same_holder
                then if(steps.step_kind = 'assign', 'assign', 'queue')
            when stretches.phase = 'gap_or_wait' and steps.step_kind = 'assign'
                then 'gap_or_assign'
            when stretches.phase = 'gap_or_wait' then 'gap_or_queue'
            when steps.step_kind = 'assign' then 'assign'
            when stretches.phase = 'wait_or_handling' and stretches.is_open and steps.is_waiting
                then 'queue'
            when stretches.phase = 'wait_or_handling' then 'queue_or_work'
            when stretches.phase = 'wait' then 'queue'
            else 'work'
        end::cause_part as part
    from stretches
    left join cause_steps as steps
        on stretches.dossier_no = steps.dossier_no
        and stretches.step_no = steps.step_no
    where stretches.kind <> 'pause'
        and stretches.work_seconds > 0
),

-- what the same-working-day rule leaves for a transfer: to the end of the office day before the
-- cut-off, to the first hour of the next one after it
allowed as (
    select
        named.*,
        day.length + day.before
        - working_second(
            second_of_day(named.from_second, named.offset_seconds),
            day.c2, day.open_1, day.close_1, day.open_2, day.close_2
        )
        + case
            when not day.is_working
                or second_of_day(named.from_second, named.offset_seconds) >= named.cutoff_second
                then 3600
            else 0
        end as allowed_seconds
    from named
    left join calendar_days as day
        on case
            when named.part in ('transfer', 'gap_or_assign', 'gap_or_queue')
                and named.work_seconds > 3600
                and named.cutoff_second is not null
                then day_key(named.from_second, named.offset_seconds, named.key_base)
        end = day.day_key
        and day.closes < 86400
),

attributable_time as (
    select
        allowed.dossier_no,
        allowed.step_code,
        allowed.part,
        units.unit_no,
        sum(allowed.work_seconds)::integer as seconds,
        sum(
            clamp(allowed.work_seconds - allowed.allowed_seconds, 0, allowed.work_seconds)::integer
        )::integer as over_rule_seconds,
        sum(coalesce(allowed.overrun_seconds, 0))::integer as over_norm_seconds,
        bool_and(allowed.phase in ('gap', 'wait', 'handling')) as is_separable
    from allowed
    inner join cause_units as units on coalesce(allowed.unit_id, '') = units.unit_id
    group by allowed.dossier_no, allowed.step_code, allowed.part, units.unit_no
)

select * from attributable_time
