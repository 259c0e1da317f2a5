-- grain: one row per landed step row: its text made into instants, units and numbers
-- key: source_file, source_sheet, source_row
-- reads: landed_steps, landed_files, unit_names
-- promises: step_kind is not null
-- Nothing is judged or dropped here. The stamp of an event that only begins a step (transition
-- schedule or start) is when the step arrived or started, not when it finished.

with walls as (
    select
        steps.*,
        files.unit_list = 'reference' as has_unit_list,
        files.time_zone,
        wall_time(steps.arrived_at, files.day_first) as arrived_wall,
        wall_time(steps.started_at, files.day_first) as started_wall,
        wall_time(steps.finished_at, files.day_first) as finished_wall,
        wall_due(steps.step_due_at, files.day_first) as due_wall,
        parse_number(steps.norm_hours) as norm,
        try_cast(steps.step_no as integer) as logged_no
    from landed_steps as steps
    inner join landed_files as files
        on steps.source_file = files.source_file
        and steps.source_sheet = files.source_sheet
),

typed as (
    select
        *,
        instant_of(arrived_wall, arrived_at, time_zone) as arrived,
        instant_of(started_wall, started_at, time_zone) as started,
        instant_of(finished_wall, finished_at, time_zone) as finished,
        instant_of(due_wall, step_due_at, time_zone) as step_due,
        in_clock_change(arrived_wall, time_zone)
        or in_clock_change(started_wall, time_zone)
        or in_clock_change(finished_wall, time_zone) as is_in_clock_change
    from walls
),

step_rows as (
    select
        typed.dossier_id,
        typed.source,
        typed.logged_no,
        typed.step,
        coalesce(typed.step_kind, 'other') as step_kind,
        case when typed.has_unit_list then unit_names.unit_id else typed.unit_id end as unit_id,
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
            case when typed.arrived_at is not null and typed.arrived is null then 'arrived_at' end,
            case when typed.started_at is not null and typed.started is null then 'started_at' end,
            case
                when typed.finished_at is not null and typed.finished is null then 'finished_at'
            end,
            case
                when typed.step_due_at is not null and typed.step_due is null then 'step_due_at'
            end,
            case when typed.norm_hours is not null and typed.norm is null then 'norm_hours' end
        ) as unreadable,
        typed.source_file,
        typed.source_sheet,
        typed.source_row
    from typed
    left join unit_names
        on typed.has_unit_list
        and name_key(typed.unit_id) = unit_names.unit_key
        and timezone(typed.time_zone, coalesce(typed.arrived, typed.started, typed.finished))::date
        between unit_names.valid_from and unit_names.valid_to
)

select * from step_rows
