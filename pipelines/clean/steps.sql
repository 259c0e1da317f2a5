-- grain: one row per dossier and step of its log that breaks no rule of severity error
-- key: dossier_id, step_no
-- reads: step_claims, step_pairs, step_findings, quality_rules
-- promises: step_no >= 1; step_kind is not null; norm_seconds is null or norm_seconds >= 0
-- The numbers of the log stand where they number all steps of a dossier apart; otherwise steps are
-- numbered by their stamps, and by their row where stamps tie. In a log of transitions a completed
-- step takes its arrival and start from the events before it.

with refused as (
    select distinct
        findings.source_file,
        findings.source_sheet,
        findings.source_row
    from step_findings as findings
    inner join quality_rules as rules on findings.rule_id = rules.rule_id
    where rules.severity in ('error', 'merged')
),

kept as (
    select
        steps.* exclude (arrived_at, started_at),
        coalesce(steps.arrived_at, pairs.arrived_at) as arrived_at,
        coalesce(steps.started_at, pairs.started_at) as started_at
    from step_claims as steps
    left join step_pairs as pairs
        on steps.source_file = pairs.source_file
        and steps.source_sheet = pairs.source_sheet
        and steps.source_row = pairs.source_row
    anti join refused
        on steps.source_file = refused.source_file
        and steps.source_sheet = refused.source_sheet
        and steps.source_row = refused.source_row
),

logged as (
    select
        dossier_id,
        count(distinct logged_no) = count(*) and min(logged_no) >= 1 as is_numbered
    from kept
    group by dossier_id
),

steps as (
    select
        kept.dossier_id,
        case
            when logged.is_numbered then kept.logged_no
            else row_number() over (
                partition by kept.dossier_id
                order by
                    coalesce(kept.arrived_at, kept.started_at, kept.finished_at) nulls last,
                    kept.finished_at nulls last,
                    kept.source_file,
                    kept.source_sheet,
                    kept.source_row
            )
        end::integer as step_no,
        kept.step,
        kept.step_kind,
        kept.unit_id,
        kept.holder_id,
        kept.arrived_at,
        kept.started_at,
        kept.finished_at,
        kept.step_due_at,
        kept.norm_seconds,
        kept.source_file,
        kept.source_sheet,
        kept.source_row
    from kept
    inner join logged on kept.dossier_id = logged.dossier_id
)

select * from steps
