-- grain: one row per procedure and reason of a pause that occurs, with its policy
-- key: procedure_id, reason
-- reads: dossiers, pauses, pause_reasons, pause_policies
-- promises: policy in ('pause', 'restart', 'ignore')
-- A reason is a code or a text of pause_reasons; any other one falls under '*'. The most specific
-- rule applies: a procedure before '*', then a reason before '*'.

with reasons as (
    select distinct
        coalesce(dossiers.procedure_id, '') as procedure_id,
        coalesce(pauses.reason, '') as reason
    from pauses
    inner join dossiers on pauses.dossier_id = dossiers.dossier_id
),

reason_codes as (
    select
        reasons.procedure_id,
        reasons.reason,
        coalesce(max(pause_reasons.reason), reasons.reason) as code
    from reasons
    left join pause_reasons on name_key(reasons.reason) = name_key(pause_reasons.text)
    group by reasons.procedure_id, reasons.reason
),

policy_matches as (
    select
        reason_codes.procedure_id,
        reason_codes.reason,
        pause_policies.policy,
        2 * (pause_policies.procedure_id <> '*')::integer
        + (pause_policies.reason <> '*')::integer as rank
    from reason_codes
    inner join pause_policies
        on pause_policies.procedure_id in (reason_codes.procedure_id, '*')
        and pause_policies.reason in (reason_codes.code, '*')
),

applied_pause_policies as (
    select
        procedure_id,
        reason,
        arg_max(policy, rank) as policy
    from policy_matches
    group by procedure_id, reason
)

select * from applied_pause_policies
