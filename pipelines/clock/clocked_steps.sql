-- grain: one row per dossier and step, by the number of the dossier: its unit, holder and seconds
-- key: dossier_no, step_no
-- reads: steps, dossier_calendars
-- promises: finished is null or started is null or finished >= started;
--   started is null or arrived is null or started >= arrived
-- Seconds are clamped to the start and the end of the dossier's clock. A start before the arrival,
-- or a finish before the start, is moved up to it. A started and unfinished step of an open dossier
-- lasts until now. Instants beyond 2038 are null, as in dossier_calendars.

with clipped_steps as (
    select
        calendars.dossier_no,
        steps.step_no,
        steps.step,
        steps.step_kind,
        steps.unit_id,
        steps.holder_id,
        steps.norm_seconds,
        try_cast(
            clamp(epoch_second(steps.arrived_at), calendars.start_second, calendars.end_second)
            as integer
        ) as arrived,
        try_cast(
            clamp(epoch_second(steps.started_at), calendars.start_second, calendars.end_second)
            as integer
        ) as started,
        try_cast(
            clamp(
                case
                    when steps.finished_at is not null then epoch_second(steps.finished_at)
                    when calendars.is_open
                        and coalesce(steps.arrived_at, steps.started_at) is not null
                        then calendars.end_second
                end,
                calendars.start_second,
                calendars.end_second
            ) as integer
        ) as finished
    from steps
    inner join dossier_calendars as calendars on steps.dossier_id = calendars.dossier_id
),

clocked_steps as (
    select
        * replace (
            case when started is not null then greatest(started, arrived) end as started,
            case when finished is not null then greatest(finished, started, arrived) end as finished
        )
    from clipped_steps
)

select * from clocked_steps
