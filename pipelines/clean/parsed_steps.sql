-- grain: one row per usable landed step row: its text parsed into instants, units and numbers
-- key: row_id
-- reads: landed_steps, landed_row_findings, numbered_sheets, sheet_units, written_names
-- promises: step_kind is not null
-- Nothing is judged; rows with structural faults are left out, and stamps outside 1990 to 2060 are
-- listed and not used. The stamp of an event that only begins a step (transition schedule or start)
-- is its arrival or start. A unit's name is compared once per spelling, not per row. content is a
-- digest of the whole event.

with walls as (
    select
        steps.*,
        row_id(sheets.sheet_no, steps.source_row) as row_id,
        sheets.sheet_no,
        sheets.has_unit_list,
        sheets.time_zone,
        sheets.has_epochs,
        list_contains(sheets.due_days, 'step_due_at') as is_due_day,
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

stamps as (
    select
        *,
        plausible(arrived_read) as arrived,
        plausible(started_read) as started,
        plausible(finished_read) as finished,
        plausible(step_due_read) as step_due
    from read
),

named_steps as (
    select
        stamps.row_id,
        stamps.sheet_no,
        stamps.dossier_id,
        stamps.logged_no,
        stamps.step,
        coalesce(stamps.step_kind, 'other') as step_kind,
        case
            when stamps.has_unit_list then known_units.unit_id
            else coalesce(printed.name, stamps.unit_id)
        end as unit_id,
        stamps.holder_id,
        case when stamps.transition = 'schedule' then stamps.finished else stamps.arrived end
            as arrived_at,
        case when stamps.transition = 'start' then stamps.finished else stamps.started end
            as started_at,
        case
            when coalesce(stamps.transition, '') not in ('schedule', 'start') then stamps.finished
        end as finished_at,
        stamps.step_due as step_due_at,
        round(stamps.norm * 3600)::bigint as norm_seconds,
        stamps.transition,
        stamps.status_after,
        stamps.variant_no,
        stamps.is_in_clock_change,
        concat_ws(
            ', ',
            case when stamps.step_no is not null and stamps.logged_no is null then 'step_no' end,
            case
                when stamps.arrived_at is not null and stamps.arrived_read is null then 'arrived_at'
            end,
            case
                when stamps.started_at is not null and stamps.started_read is null then 'started_at'
            end,
            case
                when stamps.finished_at is not null and stamps.finished_read is null
                    then 'finished_at'
            end,
            case
                when stamps.step_due_at is not null and stamps.step_due_read is null
                    then 'step_due_at'
            end,
            case when stamps.norm_hours is not null and stamps.norm is null then 'norm_hours' end
        ) as unreadable,
        concat_ws(
            ', ',
            implausible_text('arrived_at', stamps.arrived_at, stamps.arrived_read),
            implausible_text('started_at', stamps.started_at, stamps.started_read),
            implausible_text('finished_at', stamps.finished_at, stamps.finished_read),
            implausible_text('step_due_at', stamps.step_due_at, stamps.step_due_read)
        ) as implausible
    from stamps
    left join written_names as printed
        on printed.field = 'unit_id'
        and not stamps.has_unit_list
        and stamps.unit_id = printed.spelling
    left join sheet_units as known_units
        on stamps.sheet_no = known_units.sheet_no
        and stamps.unit_id = known_units.spelling
        and timezone(
            stamps.time_zone, coalesce(stamps.arrived, stamps.started, stamps.finished)
        )::date
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
    from named_steps
)

select * from parsed_steps
