-- grain: one row per landed dossier row: its text parsed into instants, units and procedures
-- key: source_file, source_sheet, source_row
-- reads: dossier_texts, numbered_sheets, sheet_units, procedure_names, case_spans
-- promises: received_at is null or received_on is not null
-- Nothing is judged or dropped: unreadable texts are listed for the rules, and so are dates outside
-- 1990 to 2060, which are not used. Names of units and procedures are compared once per spelling,
-- not per row.

with code_spellings as (
    select
        spellings.spelling,
        procedure_names.*
    from (select distinct procedure_id as spelling from dossier_texts) as spellings
    inner join procedure_names
        on name_key(procedure_code(spellings.spelling)) = procedure_names.procedure_key
),

name_spellings as (
    select
        spellings.spelling,
        procedure_names.*
    from (select distinct procedure_name as spelling from dossier_texts) as spellings
    inner join procedure_names
        on name_key(spellings.spelling) = procedure_names.procedure_key
),

case_texts as (
    select
        texts.*,
        sheets.day_first,
        sheets.has_epochs,
        sheets.due_days,
        sheets.time_zone,
        sheets.has_unit_list,
        sheets.has_procedure_list,
        sheets.term_value as file_term_value,
        sheets.term_unit as file_term_unit,
        case when contains(sheets.case_dates, 'received_at') then spans.began_at end as case_began,
        case
            when not contains(sheets.case_dates, 'resolved_at') then null
            -- a status that says that the dossier ended outranks what is still running
            when not is_open_status(texts.status) then spans.completed_at
            else spans.ended_at
        end as case_ended
    from dossier_texts as texts
    inner join numbered_sheets as sheets on texts.sheet_no = sheets.sheet_no
    left join case_spans as spans
        on sheets.case_dates <> '' and texts.dossier_id = spans.dossier_id
),

walls as (
    select
        *,
        -- a list, so that the long expressions of the macros are planned once, not once a column
        list_transform(
            [submitted_at, received_at, resolved_at, returned_at],
            lambda stamp: wall_time(stamp, day_first)
        ) as walls,
        list_transform(
            [due_at, due_first_at, paper_result_on], lambda stamp: wall_due(stamp, day_first)
        ) as due_walls,
        term_number(term_value) as term_number,
        coalesce(term_unit_of(term_value), term_unit_of(term_unit), file_term_unit)
            as term_unit_read
    from case_texts
),

read as (
    select
        *,
        list_transform(
            list_zip(walls, [submitted_at, received_at, resolved_at, returned_at]),
            lambda stamp: stamp_instant(stamp[1], stamp[2], time_zone, has_epochs)
        ) as instants,
        list_transform(
            list_zip(
                due_walls,
                [due_at, due_first_at, paper_result_on],
                [
                    list_contains(due_days, 'due_at'),
                    list_contains(due_days, 'due_first_at'),
                    true
                ]
            ),
            lambda stamp: due_instant(stamp[1], stamp[2], time_zone, has_epochs, stamp[3])
        ) as due_instants,
        list_transform(
            [walls[1], walls[2], due_walls[1], walls[3], walls[4]],
            lambda wall: in_clock_change(wall, time_zone)
        ) as clock_changes,
        whole_term_value(term_number, term_unit_read) as row_term,
        whole_term_unit(term_number, term_unit_read) as row_unit
    from walls
),

read_instants as (
    select
        *,
        instants[1] as submitted_read,
        coalesce(instants[2], case_began) as received_read,
        coalesce(instants[3], case_ended) as resolved_read,
        instants[4] as returned_read,
        due_instants[1] as due_read,
        due_instants[2] as due_first_read,
        due_instants[3] as paper_result_read
    from read
),

dates as (
    select
        *,
        plausible(submitted_read) as submitted,
        plausible(received_read) as received,
        timezone(time_zone, coalesce(received, submitted))::date as began_on,
        plausible(due_read) as due,
        plausible(due_first_read) as due_first,
        plausible(resolved_read) as resolved,
        plausible(returned_read) as returned,
        timezone(time_zone, plausible(paper_result_read))::date as paper_result
    from read_instants
),

named_dossiers as (
    select
        dates.*,
        case when dates.has_unit_list then sheet_units.unit_id else dates.unit_id end
            as unit_used,
        coalesce(sheet_units.is_by_succession, false) as is_by_succession,
        coalesce(by_code.procedure_id, by_name.procedure_id) as procedure_known,
        coalesce(by_code.field_vi, by_name.field_vi) as field_known
    from dates
    left join sheet_units
        on dates.sheet_no = sheet_units.sheet_no
        and dates.unit_id = sheet_units.spelling
        and dates.began_on between sheet_units.valid_from and sheet_units.valid_to
    left join code_spellings as by_code
        on dates.has_procedure_list
        and dates.procedure_id = by_code.spelling
        and dates.began_on between by_code.valid_from and by_code.valid_to
    left join name_spellings as by_name
        on dates.has_procedure_list
        and by_code.procedure_id is null
        and dates.procedure_name = by_name.spelling
        and dates.began_on between by_name.valid_from and by_name.valid_to
),

parsed_dossiers as (
    select
        dossier_id,
        source,
        unit_used as unit_id,
        unit_id as unit_text,
        is_by_succession,
        coalesce(procedure_known, procedure_id, procedure_name) as procedure_id,
        has_procedure_list and procedure_known is null and began_on is not null
            as is_unknown_procedure,
        procedure_name,
        coalesce(field_of_work, field_known) as field_of_work,
        channel_in,
        channel_out,
        service_level,
        processed_online,
        applicant_kind,
        submitted as submitted_at,
        received as received_at,
        timezone(time_zone, received)::date as received_on,
        due as due_at,
        due_first as due_first_at,
        due_first_from,
        resolved as reported_end_at,
        returned as returned_at,
        paper_result as paper_result_on,
        status,
        late_reason,
        case when term_value is null then file_term_value else row_term end as term_value,
        case
            when term_value is null then file_term_unit
            when row_term is not null then row_unit
        end as term_unit,
        time_zone,
        content,
        row_id,
        sheet_no,
        concat_ws(
            ', ',
            case when submitted_at is not null and submitted_read is null then 'submitted_at' end,
            case when received_at is not null and received_read is null then 'received_at' end,
            case when due_at is not null and due_read is null then 'due_at' end,
            case when due_first_at is not null and due_first_read is null then 'due_first_at' end,
            case when resolved_at is not null and resolved_read is null then 'resolved_at' end,
            case when returned_at is not null and returned_read is null then 'returned_at' end,
            case
                when paper_result_on is not null and paper_result_read is null
                    then 'paper_result_on'
            end,
            case when term_value is not null and row_term is null then 'term_value' end
        ) as unreadable,
        concat_ws(
            ', ',
            implausible_text('submitted_at', submitted_at, submitted_read),
            implausible_text('received_at', received_at, received_read),
            implausible_text('due_at', due_at, due_read),
            implausible_text('due_first_at', due_first_at, due_first_read),
            implausible_text('resolved_at', resolved_at, resolved_read),
            implausible_text('returned_at', returned_at, returned_read),
            implausible_text('paper_result_on', paper_result_on, paper_result_read)
        ) as implausible,
        concat_ws(
            ', ',
            case when clock_changes[1] then 'submitted_at' end,
            case when clock_changes[2] then 'received_at' end,
            case when clock_changes[3] then 'due_at' end,
            case when clock_changes[4] then 'resolved_at' end,
            case when clock_changes[5] then 'returned_at' end
        ) as in_clock_changes,
        -- a source's own columns, and with them the position of the row
        columns(lambda name: starts_with(name, 'x_') or name = 'source_file'),
        source_sheet,
        source_row
    from named_dossiers
)

select * from parsed_dossiers -- noqa: AM04
