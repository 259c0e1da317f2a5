-- grain: one row per dossier and step whose transfer time the log shows
-- key: dossier_id, step_no
-- reads: attributable_time, attributed_time, cause_steps, cause_dossiers
-- promises: avoidable_seconds >= 0
-- Working seconds by which the transfer rule would have brought the dossier to the step earlier;
-- for late dossiers also where the rule was kept (0), so that a log without any transfer differs
-- from one without a delay. A gap that the log does not separate from the wait after it counts
-- where it is attributed to the transfer, minus the usual time of such a gap. Where a step of one
-- name was reached more than once, all of it is at the first.

with first_steps as (
    select
        dossier_no,
        step_code,
        min(step_no) as step_no
    from cause_steps
    group by dossier_no, step_code
),

cuts as (
    select
        dossier_no,
        step_code,
        coalesce(over_rule_seconds, 0) as avoidable_seconds
    from attributable_time
    where part = 'transfer'
    union all
    select
        parts.dossier_no,
        parts.step_code,
        greatest(coalesce(parts.over_rule_seconds, 0) - weighed.usual_seconds, 0)
            as avoidable_seconds
    from attributable_time as parts
    inner join attributed_time as weighed
        on parts.dossier_no = weighed.dossier_no
        and parts.step_code = weighed.step_code
        and parts.part = weighed.part
        and parts.unit_no = weighed.unit_no
    where weighed.cause = 'portal_transfer'
        and weighed.part in ('gap_or_assign', 'gap_or_queue', 'passed_over')
),

transfer_delays as (
    select
        dossiers.dossier_id,
        first_steps.step_no,
        sum(cuts.avoidable_seconds)::bigint as avoidable_seconds
    from cuts
    inner join first_steps
        on cuts.dossier_no = first_steps.dossier_no
        and cuts.step_code = first_steps.step_code
    inner join cause_dossiers as dossiers on cuts.dossier_no = dossiers.dossier_no
    where dossiers.is_late or cuts.avoidable_seconds > 0
    group by dossiers.dossier_id, first_steps.step_no
)

select * from transfer_delays
