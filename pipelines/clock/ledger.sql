-- grain: one row per dossier and segment: each dossier's time split exactly, against its norms
-- key: dossier_id, segment_no
-- reads: measured_segments, dossier_calendars, dossiers, numbered_steps, step_norms, learned_norms
-- promises: to_at > from_at; work_seconds >= 0; clock_seconds > 0; overrun_seconds >= 0;
--   norm_source in ('regulated', 'learned', 'none');
--   (norm_source = 'none') = (norm_seconds is null)
-- A norm of the log comes first, then the reviewed list, then what other units needed. A step's
-- norm covers its waiting and handling; what passes it counts where it happens.

with unregulated as (
    select distinct dossier_no, step_no
    from measured_segments
    where norm_seconds is null
        and phase not in ('gap', 'pause')
),

listed as (
    select
        unregulated.dossier_no,
        unregulated.step_no,
        max((step_norms.norm_hours::decimal(10, 2) * 3600)::bigint) as listed_seconds,
        max(learned_norms.norm_seconds) as learned_seconds
    from unregulated
    inner join dossier_calendars as calendars on unregulated.dossier_no = calendars.dossier_no
    inner join dossiers on calendars.dossier_id = dossiers.dossier_id
    inner join numbered_steps as steps
        on calendars.dossier_no = steps.dossier_no
        and unregulated.step_no = steps.step_no
    left join step_norms
        on dossiers.procedure_id = step_norms.procedure_id
        and steps.step = step_norms.step
        and coalesce(step_norms.valid_from::date, calendars.received_on) <= calendars.received_on
        and coalesce(step_norms.valid_to::date, calendars.received_on) >= calendars.received_on
    left join learned_norms
        on coalesce(dossiers.procedure_id, '') = learned_norms.procedure_id
        and steps.step = learned_norms.step
        and coalesce(steps.unit_id, '') = learned_norms.unit_id
    group by unregulated.dossier_no, unregulated.step_no
    having listed_seconds is not null or learned_seconds is not null
),

normed as (
    select
        segments.* exclude (norm_seconds),
        case
            when segments.phase in ('gap', 'pause') then null
            else coalesce(segments.norm_seconds, listed.listed_seconds, listed.learned_seconds)
        end as norm_seconds,
        segments.norm_seconds is null and listed.listed_seconds is null as is_learned
    from measured_segments as segments
    left join listed
        on segments.dossier_no = listed.dossier_no
        and segments.step_no = listed.step_no
),

over_norm as (
    select dossier_no, step_no
    from normed
    where norm_seconds is not null
    group by dossier_no, step_no
    having sum(work_seconds) > max(norm_seconds)
),

-- only a step that passed its norm needs to be followed piece by piece
followed as (
    select
        normed.dossier_no,
        normed.from_second,
        held(
            sum(normed.work_seconds) over (
                partition by normed.dossier_no, normed.step_no
                order by normed.from_second
                rows between unbounded preceding and current row
            ) - normed.norm_seconds,
            0,
            normed.work_seconds
        )::bigint as overrun_seconds
    from normed
    semi join over_norm
        on normed.dossier_no = over_norm.dossier_no
        and normed.step_no = over_norm.step_no
    where normed.norm_seconds is not null
),

numbered as (
    select
        normed.*,
        row_number() over (partition by normed.dossier_no order by normed.from_second)
            as segment_no,
        case when normed.norm_seconds is not null then coalesce(followed.overrun_seconds, 0) end
            as overrun_seconds
    from normed
    left join followed
        on normed.dossier_no = followed.dossier_no
        and normed.from_second = followed.from_second
),

ledger as (
    select
        calendars.dossier_id,
        numbered.segment_no,
        numbered.kind,
        numbered.phase,
        numbered.step_no,
        steps.unit_id,
        steps.holder_id,
        to_timestamp(numbered.from_second) as from_at,
        to_timestamp(numbered.to_second) as to_at,
        numbered.work_seconds::bigint as work_seconds,
        (numbered.to_second - numbered.from_second)::bigint as clock_seconds,
        numbered.norm_seconds,
        case
            when numbered.norm_seconds is null then 'none'
            when numbered.is_learned then 'learned'
            else 'regulated'
        end as norm_source,
        numbered.overrun_seconds
    from numbered
    inner join dossier_calendars as calendars on numbered.dossier_no = calendars.dossier_no
    left join numbered_steps as steps
        on numbered.dossier_no = steps.dossier_no
        and numbered.step_no = steps.step_no
)

select * from ledger
