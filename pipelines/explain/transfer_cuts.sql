-- grain: one row per dossier and step that it reached later than the transfer rule allows
-- key: dossier_id, step_no
-- reads: cause_parts, cause_steps, cause_dossiers
-- promises: cut_seconds > 0
-- Working seconds by which the rule would have brought the dossier to the step sooner. Where a
-- step of one name was reached more than once, all of it stands at the first.

with reached as (
    select
        dossier_no,
        step_code,
        min(step_no) as step_no
    from cause_steps
    group by dossier_no, step_code
),

transfer_cuts as (
    select
        dossiers.dossier_id,
        reached.step_no,
        sum(parts.over_rule_seconds)::bigint as cut_seconds
    from cause_parts as parts
    inner join reached
        on parts.dossier_no = reached.dossier_no
        and parts.step_code = reached.step_code
    inner join cause_dossiers as dossiers on parts.dossier_no = dossiers.dossier_no
    where parts.part = 'transfer'
        and parts.over_rule_seconds > 0
    group by dossiers.dossier_id, reached.step_no
)

select * from transfer_cuts
