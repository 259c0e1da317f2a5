-- grain: one row per dossier with a known term: its value, its unit, and its origin
-- key: dossier_no
-- reads: dossiers, dossier_calendars, terms, procedures
-- promises: term_unit in ('working_day', 'calendar_day', 'calendar_month', 'hour', 'minute',
--   'same_day')
-- The rule in force on the day of reception applies, not today's. The source's own term has
-- precedence, then the dated list, then the procedure.

with procedure_terms as (
    select
        procedure_id,
        norm::bigint as term_value,
        case unit
            when 'wd' then 'working_day' when 'd' then 'calendar_day' else unit
        end as term_unit
    from procedures
    where norm is not null and unit in ('wd', 'd', 'same_day')
),

dated_terms as (
    select
        calendars.dossier_no,
        max(terms.term_value::bigint) as term_value,
        max(terms.term_unit) as term_unit
    from dossiers
    inner join dossier_calendars as calendars on dossiers.dossier_id = calendars.dossier_id
    inner join terms
        on dossiers.source = terms.register
        and (terms.procedure_id = '*' or dossiers.procedure_id = terms.procedure_id)
        and coalesce(terms.valid_from::date, dossiers.received_on) <= dossiers.received_on
        and coalesce(terms.valid_to::date, dossiers.received_on) >= dossiers.received_on
    group by calendars.dossier_no
),

known_terms as (
    select
        calendars.dossier_no,
        coalesce(dossiers.term_unit, dated_terms.term_unit, procedure_terms.term_unit) as term_unit,
        case
            when dossiers.term_unit is not null then dossiers.term_value
            when dated_terms.term_unit is not null then dated_terms.term_value
            else procedure_terms.term_value
        end as term_value,
        dossiers.term_unit is null and dated_terms.term_unit is null as is_procedure_term
    from dossiers
    inner join dossier_calendars as calendars on dossiers.dossier_id = calendars.dossier_id
    left join dated_terms on calendars.dossier_no = dated_terms.dossier_no
    left join procedure_terms on dossiers.procedure_id = procedure_terms.procedure_id
),

applied_terms as (
    select *
    from known_terms
    where term_unit is not null
        and (term_unit not in ('hour', 'minute') or term_value > 0)
)

select * from applied_terms
