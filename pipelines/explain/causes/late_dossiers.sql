-- grain: one row per dossier late under the profile of the run: whether it really is, and why
-- key: dossier_id, profile
-- reads: causes, cause_list, cause_dossiers, attributable_time, closing_patterns, paper_shares,
--   cause_limits
-- promises: reality in ('real', 'record_only', 'undecidable');
--   not is_by_paper_share or reality = 'undecidable'; has_paper is not null;
--   overrun_seconds is null or overrun_seconds >= 0
-- A signature that was clicked together with the closing (is_chain) is no second source.
-- Late only on record: on time but for a wrong due date, or a late click or copy that a second
-- source (the paper result, the signature, the office's own record) shows. Without a second
-- source a late click, or a closing that is part of a pattern of clicks, leaves it undecidable;
-- so do two records of which neither is known to be right, and time of which most is in no log.
-- Where the paper dates of other late dossiers of the unit and half-year show many late only
-- on record, one without a paper date that overran by no more than such records lag cannot be
-- decided either (is_by_paper_share).
-- Dominant is the largest, in seconds, of the causes that alone made it late, else the largest, and
-- what no cause explains if that is most. Of equal ones it is the better proven.
-- overrun_seconds are null where they are unknown: no due date, or days outside the calendar.

with log_facts as (
    select
        dossier_no,
        sum(case when part in ('record', 'synced') then seconds else 0 end)::bigint
            as record_seconds,
        sum(case when part = 'unlogged' then seconds else 0 end)::bigint as unlogged_seconds
    from attributable_time
    where part in ('record', 'synced', 'unlogged')
    group by dossier_no
),

doubts as (
    select
        causes.dossier_id,
        bool_or(causes.cause = 'record_lag') as is_clicked_late,
        sum(causes.excess_seconds)::bigint as seconds
    from causes
    inner join cause_list on causes.cause = cause_list.cause
    where cause_list.is_artefact
    group by causes.dossier_id
),

readings as (
    select
        dossiers.*,
        greatest(dossiers.overrun_seconds, 1) as needed_seconds,
        dossiers.due_error_seconds
        + greatest(
            case when doubts.is_clicked_late then log_facts.record_seconds else 0 end,
            dossiers.after_paper_seconds,
            case when dossiers.is_other_shown then dossiers.after_other_seconds else 0 end
        ) as shown_seconds,
        coalesce(doubts.seconds, 0) as doubted_seconds,
        closing_patterns.dossier_no is not null
        and dossiers.paper_second is null
        and not dossiers.is_other_shown
        and (coalesce(log_facts.record_seconds, 0) = 0 or closing_patterns.is_chain)
            as is_pattern_only,
        coalesce(log_facts.unlogged_seconds, 0) as unlogged_seconds,
        coalesce(
            not dossiers.has_paper
            and not dossiers.is_other_shown
            and not dossiers.is_open
            and dossiers.overrun_seconds <= paper_shares.lag_seconds,
            false
        ) as is_like_dated
    from cause_dossiers as dossiers
    left join log_facts on dossiers.dossier_no = log_facts.dossier_no
    left join doubts on dossiers.dossier_id = doubts.dossier_id
    left join closing_patterns on dossiers.dossier_no = closing_patterns.dossier_no
    left join paper_shares
        on dossiers.unit_id = paper_shares.unit_id
        and half_no(dossiers.ended_on) = paper_shares.half_no
    where dossiers.is_late
),

dominant as (
    select
        causes.dossier_id,
        arg_min(
            causes.cause,
            (
                not causes.but_for,
                -causes.excess_seconds,
                causes.cause = 'unexplained' or causes.grade = 'C',
                causes.grade,
                cause_list.cause_no
            )
        ) as cause
    from causes
    inner join cause_list on causes.cause = cause_list.cause
    group by causes.dossier_id
),

realities as (
    select
        readings.*,
        case
            when readings.shown_seconds >= readings.needed_seconds then 'record_only'
            when readings.doubted_seconds >= readings.needed_seconds then 'undecidable'
            when readings.is_pattern_only then 'undecidable'
            when 100 * readings.unlogged_seconds > limits.unlogged_share * readings.used_seconds
                then 'undecidable'
            else 'real'
        end as own_reality
    from readings
    cross join cause_limits as limits
),

late_dossiers as (
    select
        realities.dossier_id,
        getvariable('profile')::varchar as profile,
        realities.unit_id,
        realities.procedure_id,
        realities.channel_in,
        realities.ended_on,
        realities.received_on,
        realities.outcome,
        case when realities.is_measured then realities.overrun_seconds end as overrun_seconds,
        case
            when realities.own_reality = 'real' and realities.is_like_dated then 'undecidable'
            else realities.own_reality
        end as reality,
        dominant.cause as dominant_cause,
        realities.has_paper,
        realities.own_reality = 'real' and realities.is_like_dated as is_by_paper_share
    from realities
    inner join dominant on realities.dossier_id = dominant.dossier_id
)

select * from late_dossiers
