-- grain: one row per procedure and reason of a pause that occurs: what the pause does to the clock
-- key: procedure_id, reason
-- reads: dossiers, pauses, pause_reasons, pause_policies
-- promises: policy in ('pause', 'restart', 'ignore')
-- A reason is a code or a text that pause_reasons knows; any other falls under '*'. The most
-- special rule wins: a procedure before '*', then a reason before '*'.

with met as (
    select distinct
        coalesce(dossiers.procedure_id, '') as procedure_id,
        coalesce(pauses.reason, '') as reason
    from pauses
    inner join dossiers on pauses.dossier_id = dossiers.dossier_id
),

coded as (
    select
        met.procedure_id,
        met.reason,
        coalesce(max(pause_reasons.reason), met.reason) as code
    from met
    left join pause_reasons on name_key(met.reason) = name_key(pause_reasons.text)
    group by met.procedure_id, met.reason
),

matched as (
    select
        coded.procedure_id,
        coded.reason,
        pause_policies.policy,
        2 * (pause_policies.procedure_id <> '*')::integer
        + (pause_policies.reason <> '*')::integer as rank
    from coded
    inner join pause_policies
        on pause_policies.procedure_id in (coded.procedure_id, '*')
        and pause_policies.reason in (coded.code, '*')
),

chosen as (
    select
        procedure_id,
        reason,
        arg_max(policy, rank) as policy
    from matched
    group by procedure_id, reason
)

select * from chosen
