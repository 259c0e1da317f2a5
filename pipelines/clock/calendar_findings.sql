-- grain: one row per dossier and one of its days that its calendar does not cover
-- key: dossier_id, rule_id
-- reads: dossiers, dossier_calendars, due_dates, quality_rules
-- promises: rule_id in ('D34', 'D35', 'D36', 'D37', 'D41'); severity in ('warn', 'info');
--   message is not null
-- Findings like those of the quarantine, made here because units have calendars of their own: the
-- day is that of the due date (D34), of the reception (D35) or of the end, which is the export for
-- an open dossier (D36). A calendar that never closes lacks the days in which a term in working
-- days is counted (D37). is_undecidable says that a due date depends on such days. D41 notes the
-- last covered day that rests on a year whose holidays are a draft not yet reviewed.

with days as (
    select
        calendars.dossier_id,
        calendars.calendar_id,
        calendars.first_day,
        calendars.last_day,
        calendars.drafted_from,
        calendars.received_on,
        timezone(calendars.time_zone, calendars.clock_end_at)::date as ended_on,
        timezone(calendars.time_zone, dossiers.due_at)::date as issued_on,
        timezone(calendars.time_zone, due_dates.due_credited_at)::date as counted_on,
        coalesce(
            dossiers.due_at is null
            and due_dates.lacks_days
            and not due_dates.is_procedure_term,
            false
        ) as is_undecidable,
        due_dates.term_unit = 'working_day' and not calendars.has_days_off as cannot_count,
        dossiers.unit_id,
        dossiers.procedure_id
    from dossiers
    inner join dossier_calendars as calendars on dossiers.dossier_id = calendars.dossier_id
    left join due_dates on dossiers.dossier_id = due_dates.dossier_id
),

-- a due date that the term cannot give lies beyond the last day, or is lost with the reception
due_days as (
    select
        *,
        case
            when issued_on is not null then issued_on
            when is_undecidable
                and not cannot_count
                and received_on between first_day and last_day
                then last_day + 1
        end as due_on
    from days
),

uncovered_days as (
    select *, 'D34' as rule_id, due_on as day
    from due_days
    where due_on not between first_day and last_day
    union all
    select *, 'D35' as rule_id, received_on as day
    from due_days
    where received_on not between first_day and last_day
    union all
    select *, 'D36' as rule_id, ended_on as day
    from due_days
    where ended_on not between first_day and last_day
    union all
    select *, 'D37' as rule_id, received_on as day
    from due_days
    where is_undecidable and cannot_count
    union all
    select
        *,
        'D41' as rule_id,
        least(greatest(received_on, ended_on, due_on, counted_on), last_day) as day
    from due_days
    where greatest(received_on, ended_on, due_on, counted_on) >= drafted_from
),

finding_texts as (
    select
        *,
        concat(
            ' ', year(day), ': ', calendar_id, ' (', first_day, ' – ', last_day, ')'
        ) as fields
    from uncovered_days
),

calendar_findings as (
    select
        finding_texts.dossier_id,
        rules.rule_id,
        rules.severity,
        concat(rules.message_vi, finding_texts.fields) as message,
        concat(rules.message_en, finding_texts.fields) as message_en,
        to_json({
            'dossier_id': finding_texts.dossier_id,
            'unit_id': finding_texts.unit_id,
            'procedure_id': finding_texts.procedure_id,
            'received_on': finding_texts.received_on,
            'day': finding_texts.day
        })::varchar as record,
        finding_texts.calendar_id,
        year(finding_texts.day)::integer as year,
        finding_texts.is_undecidable
    from finding_texts
    inner join quality_rules as rules on finding_texts.rule_id = rules.rule_id
)

select * from calendar_findings
