-- grain: one row per usable landed step row: its text made into instants, units and numbers
-- key: row_id
-- reads: landed_steps, landed_row_findings, numbered_sheets, unit_names, written_names
-- promises: step_kind is not null
-- Nothing is judged here; rows that their file's structure makes unusable are left out, and a stamp
-- of no age in which a register is kept is listed and not used. The stamp of an event that only
-- begins a step (transition schedule or start) is when the step arrived or started, not when it
-- finished. A unit's name is compared once per spelling, not per row. content is a digest of all
-- that an event says.

with spellings as (
    select distinct unit_id as spelling from landed_steps
),

known_units as (
    select
        spellings.spelling,
        unit_names.unit_id,
        unit_names.valid_from,
        unit_names.valid_to
    from spellings
    inner join unit_names on name_key(spellings.spelling) = unit_names.unit_key
),

walls as (
    select
        steps.*,
        row_id(sheets.sheet_no, steps.source_row) as row_id,
        sheets.sheet_no,
        sheets.unit_list = 'reference' as has_unit_list,
        sheets.time_zone,
        coalesce(sheets.has_epochs, false) as has_epochs,
        coalesce(list_contains(sheets.due_days, 'step_due_at'), false) as is_due_day,
        wall_time(steps.arrived_at, sheets.day_first) as arrived_wall,
        wall_time(steps.started_at, sheets.day_first) as started_wall,
        wall_time(steps.finished_at, sheets.day_first) as finished_wall,
        wall_due(steps.step_due_at, sheets.day_first) as due_wall,
        parse_number(steps.norm_hours) as norm,
        try_cast(steps.step_no as integer) as logged_no
    from landed_steps as steps
    inner join numbered_sheets as sheets
        on steps.source_file = sheets.source_file
        and steps.source_sheet = sheets.source_sheet
    anti join landed_row_findings as findings
        on findings.row_kind = 'step'
        and steps.source_file = findings.source_file
        and steps.source_sheet = findings.source_sheet
        and steps.source_row = findings.source_row
),

read as (
    select
        *,
        stamp_instant(arrived_wall, arrived_at, time_zone, has_epochs) as arrived_read,
        stamp_instant(started_wall, started_at, time_zone, has_epochs) as started_read,
        stamp_instant(finished_wall, finished_at, time_zone, has_epochs) as finished_read,
        due_instant(due_wall, step_due_at, time_zone, has_epochs, is_due_day) as step_due_read,
        in_clock_change(arrived_wall, time_zone)
        or in_clock_change(started_wall, time_zone)
        or in_clock_change(finished_wall, time_zone) as is_in_clock_change
    from walls
),

typed as (
    select
        *,
        plausible(arrived_read) as arrived,
        plausible(started_read) as started,
        plausible(finished_read) as finished,
        plausible(step_due_read) as step_due
    from read
),

placed as (
    select
        typed.row_id,
        typed.sheet_no,
        typed.dossier_id,
        typed.logged_no,
        typed.step,
        coalesce(typed.step_kind, 'other') as step_kind,
        case
            when typed.has_unit_list then known_units.unit_id
            else coalesce(printed.name, typed.unit_id)
        end as unit_id,
        typed.holder_id,
        case when typed.transition = 'schedule' then typed.finished else typed.arrived end
            as arrived_at,
        case when typed.transition = 'start' then typed.finished else typed.started end
            as started_at,
        case
            when coalesce(typed.transition, '') not in ('schedule', 'start') then typed.finished
        end as finished_at,
        typed.step_due as step_due_at,
        round(typed.norm * 3600)::bigint as norm_seconds,
        typed.transition,
        typed.status_after,
        typed.variant_no,
        typed.is_in_clock_change,
        concat_ws(
            ', ',
            case when typed.step_no is not null and typed.logged_no is null then 'step_no' end,
            case
                when typed.arrived_at is not null and typed.arrived_read is null then 'arrived_at'
            end,
            case
                when typed.started_at is not null and typed.started_read is null then 'started_at'
            end,
            case
                when typed.finished_at is not null and typed.finished_read is null
                    then 'finished_at'
            end,
            case
                when typed.step_due_at is not null and typed.step_due_read is null
                    then 'step_due_at'
            end,
            case when typed.norm_hours is not null and typed.norm is null then 'norm_hours' end
        ) as unreadable,
        concat_ws(
            ', ',
            told_implausible('arrived_at', typed.arrived_at, typed.arrived_read),
            told_implausible('started_at', typed.started_at, typed.started_read),
            told_implausible('finished_at', typed.finished_at, typed.finished_read),
            told_implausible('step_due_at', typed.step_due_at, typed.step_due_read)
        ) as implausible
    from typed
    left join written_names as printed
        on printed.field = 'unit_id'
        and not typed.has_unit_list
        and typed.unit_id = printed.spelling
    left join known_units
        on typed.has_unit_list
        and typed.unit_id = known_units.spelling
        and timezone(typed.time_zone, coalesce(typed.arrived, typed.started, typed.finished))::date
        between known_units.valid_from and known_units.valid_to
),

parsed_steps as (
    select
        *,
        hash(
            dossier_id, logged_no, step, step_kind, unit_id, holder_id, arrived_at, started_at,
            finished_at, step_due_at, norm_seconds, transition, status_after, variant_no,
            unreadable, implausible
        ) as content
    from placed
)

select * from parsed_steps
