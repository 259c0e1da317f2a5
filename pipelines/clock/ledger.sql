-- grain: one row per dossier and segment: each dossier's time split exactly, with its norms
-- key: dossier_id, segment_no
-- reads: measured_segments, dossier_calendars, dossiers, clocked_steps, step_norms, learned_norms
-- promises: to_at > from_at; work_seconds >= 0; clock_seconds > 0;
--   overrun_seconds is null or overrun_seconds >= 0;
--   norm_source in ('regulated', 'learned', 'none');
--   (norm_source = 'none') = (norm_seconds is null)
-- A norm of the log has precedence, then the reviewed list, then the one learned from other units.
-- A step's norm covers its waiting and service; time beyond it counts in the segment where it
-- happens.

with step_norm_sources as (
    select
        steps.dossier_no,
        steps.step_no,
        max((step_norms.norm_hours::decimal(10, 2) * 3600)::bigint) as listed_seconds,
        max(learned_norms.norm_seconds) as learned_seconds
    from clocked_steps as steps
    inner join dossier_calendars as calendars on steps.dossier_no = calendars.dossier_no
    inner join dossiers on calendars.dossier_id = dossiers.dossier_id
    left join step_norms
        on dossiers.procedure_id = step_norms.procedure_id
        and steps.step = step_norms.step
        and coalesce(step_norms.valid_from::date, calendars.received_on) <= calendars.received_on
        and coalesce(step_norms.valid_to::date, calendars.received_on) >= calendars.received_on
    left join learned_norms
        on coalesce(dossiers.procedure_id, '') = learned_norms.procedure_id
        and steps.step = learned_norms.step
        and coalesce(steps.unit_id, '') = learned_norms.unit_id
    where steps.norm_seconds is null
    group by steps.dossier_no, steps.step_no
    having listed_seconds is not null or learned_seconds is not null
),

normed_steps as (
    select
        steps.dossier_no,
        steps.step_no,
        steps.unit_id,
        steps.holder_id,
        coalesce(
            steps.norm_seconds, step_norm_sources.listed_seconds, step_norm_sources.learned_seconds
        ) as norm_seconds,
        steps.norm_seconds is null and step_norm_sources.listed_seconds is null as is_learned
    from clocked_steps as steps
    left join step_norm_sources
        on steps.dossier_no = step_norm_sources.dossier_no
        and steps.step_no = step_norm_sources.step_no
),

spans as (
    select
        segments.*,
        steps.unit_id,
        steps.holder_id,
        steps.is_learned,
        case when segments.spent_seconds is not null then steps.norm_seconds end as norm_seconds
    from measured_segments as segments
    left join normed_steps as steps
        on segments.dossier_no = steps.dossier_no
        and segments.step_no = steps.step_no
),

ledger as (
    select
        calendars.dossier_id,
        spans.segment_no::bigint as segment_no,
        spans.kind::varchar as kind,
        spans.phase::varchar as phase,
        spans.step_no,
        spans.unit_id,
        spans.holder_id,
        to_timestamp(spans.from_second) as from_at,
        to_timestamp(spans.to_second) as to_at,
        spans.work_seconds::bigint as work_seconds,
        (spans.to_second - spans.from_second)::bigint as clock_seconds,
        spans.norm_seconds,
        case
            when spans.norm_seconds is null then 'none'
            when spans.is_learned then 'learned'
            else 'regulated'
        end as norm_source,
        clamp(spans.spent_seconds - spans.norm_seconds, 0, spans.work_seconds)::bigint
            as overrun_seconds
    from spans
    inner join dossier_calendars as calendars on spans.dossier_no = calendars.dossier_no
)

select * from ledger
