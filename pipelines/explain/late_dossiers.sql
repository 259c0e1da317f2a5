-- grain: one row per late dossier: whether it is really late, and mainly why
-- key: dossier_id
-- reads: causes, cause_dossiers, cause_parts, cause_limits
-- promises: reality in ('real', 'record_only', 'undecidable'); overrun_seconds >= 0
-- Late only on record: on time but for a wrong due date or a late click that a second source (the
-- paper result, the signature) shows. Without a second source, and where most of the time is in
-- no log, nothing is decidable.

with artefacts as (
    select
        dossier_id,
        sum(case when grade = 'A' or cause = 'due_date_error' then excess_seconds else 0 end)
            ::bigint as shown_seconds,
        sum(excess_seconds)::bigint as seconds
    from causes
    where cause in ('record_lag', 'due_date_error')
    group by dossier_id
),

unlogged as (
    select dossier_no, sum(seconds)::bigint as seconds
    from cause_parts
    where part = 'unlogged'
    group by dossier_no
),

dominant as (
    select
        dossier_id,
        arg_min(
            cause, (-round(late_share * 40320)::bigint, -late_seconds, cause_place(cause))
        ) as cause
    from causes
    group by dossier_id
),

late_dossiers as (
    select
        dossiers.dossier_id,
        dossiers.unit_id,
        dossiers.procedure_id,
        dossiers.channel_in,
        dossiers.ended_on,
        dossiers.received_on,
        dossiers.outcome,
        dossiers.overrun_seconds,
        case
            when artefacts.shown_seconds >= greatest(dossiers.overrun_seconds, 1)
                then 'record_only'
            when artefacts.seconds >= greatest(dossiers.overrun_seconds, 1) then 'undecidable'
            when 100 * unlogged.seconds > limits.unlogged_share * dossiers.used_seconds
                then 'undecidable'
            else 'real'
        end as reality,
        dominant.cause as dominant_cause
    from cause_dossiers as dossiers
    inner join dominant on dossiers.dossier_id = dominant.dossier_id
    left join artefacts on dossiers.dossier_id = artefacts.dossier_id
    left join unlogged on dossiers.dossier_no = unlogged.dossier_no
    cross join cause_limits as limits
    where dossiers.is_late
)

select * from late_dossiers
