-- grain: one row per dossier whose issued due date differs from the one that its term gives
-- key: dossier_id, rule_id
-- reads: due_dates, dossiers, behaviour_limits, quality_rules
-- promises: rule_id = 'D13'; severity = 'warn'; message is not null
-- A finding like those of the quarantine, made here because only the clock knows terms and
-- calendars. Re-issued dates are left to D28, and a date moved by pauses agrees.

with limits as (
    select max(value::integer) as due_tolerance
    from behaviour_limits
    where limit_id = 'due_tolerance'
),

due_pairs as (
    select
        dossiers.dossier_id,
        dossiers.unit_id,
        dossiers.procedure_id,
        dossiers.received_on,
        due_dates.due_class,
        due_dates.term_value,
        due_dates.term_unit,
        timezone(dossiers.time_zone, dossiers.due_at)::date as issued_on,
        timezone(dossiers.time_zone, due_dates.due_recomputed_at)::date as recomputed_on,
        timezone(dossiers.time_zone, due_dates.due_credited_at)::date as credited_on
    from due_dates
    inner join dossiers on due_dates.dossier_id = dossiers.dossier_id
    where due_dates.due_class in ('calendar_error', 'shorter', 'longer')
),

due_gaps as (
    select
        *,
        least(abs(issued_on - recomputed_on), abs(issued_on - credited_on)) as days_apart,
        concat(' ', issued_on, ' <> ', recomputed_on, ' (', due_class, ')') as fields
    from due_pairs
),

due_findings as (
    select
        due_gaps.dossier_id,
        rules.rule_id,
        rules.severity,
        concat(rules.message_vi, due_gaps.fields) as message,
        concat(rules.message_en, due_gaps.fields) as message_en,
        to_json({
            'dossier_id': due_gaps.dossier_id,
            'unit_id': due_gaps.unit_id,
            'procedure_id': due_gaps.procedure_id,
            'received_on': due_gaps.received_on,
            'due_on': due_gaps.issued_on,
            'term_value': due_gaps.term_value,
            'term_unit': due_gaps.term_unit
        })::varchar as record
    from due_gaps
    inner join quality_rules as rules on rules.rule_id = 'D13'
    inner join limits on due_gaps.days_apart > limits.due_tolerance
)

select * from due_findings
