-- grain: one row per dossier and lateness profile: was it in time, by that profile's rule
-- key: dossier_id, profile
-- reads: dossiers, dossier_calendars, calendar_days, due_dates, pause_spells, profiles
-- promises: outcome in ('early', 'on_time', 'late', 'open_in_time', 'open_overdue', 'withdrawn',
--   'rejected', 'unknown'); outcome <> 'late' or slack_seconds <= 0;
--   outcome not in ('early', 'open_in_time') or slack_seconds >= 0;
--   used_seconds >= 0 and paused_seconds >= 0
-- The appointed due instant counts; where a register has none but states a term of its own, the
-- due instant that the term gives. Without either the dossier is 'unknown', never in time.

with paused as (
    select
        pause_spells.dossier_id,
        sum(
            working_second(
                second_of_day(pause_spells.to_second, calendars.offset_seconds),
                last_day.c2, last_day.open_1, last_day.close_1, last_day.open_2, last_day.close_2
            )
            - working_second(
                second_of_day(pause_spells.from_second, calendars.offset_seconds),
                first_day.c2, first_day.open_1, first_day.close_1,
                first_day.open_2, first_day.close_2
            )
        )::bigint as paused_seconds
    from pause_spells
    inner join dossier_calendars as calendars on pause_spells.dossier_id = calendars.dossier_id
    left join calendar_days as first_day
        on first_day.day_key = day_key(
            pause_spells.from_second, calendars.offset_seconds, calendars.key_base
        )
    left join calendar_days as last_day
        on last_day.day_key = day_key(
            pause_spells.to_second, calendars.offset_seconds, calendars.key_base
        )
    group by pause_spells.dossier_id
),

appointed as (
    select
        dossiers.dossier_id,
        dossiers.status,
        dossiers.snapshot_at,
        calendars.is_open,
        calendars.clock_end_at,
        calendars.time_zone,
        calendars.offset_seconds,
        calendars.key_base,
        calendars.start_second,
        calendars.end_second,
        coalesce(
            dossiers.due_at,
            case when not due_dates.is_procedure_term then due_dates.due_recomputed_at end
        ) as due_at,
        coalesce(paused.paused_seconds, 0) as paused_seconds
    from dossiers
    inner join dossier_calendars as calendars on dossiers.dossier_id = calendars.dossier_id
    left join due_dates on dossiers.dossier_id = due_dates.dossier_id
    left join paused on dossiers.dossier_id = paused.dossier_id
),

judged as (
    select
        appointed.*,
        profiles.profile,
        timezone(appointed.time_zone, appointed.due_at)::date as due_on,
        timezone(appointed.time_zone, appointed.clock_end_at)::date as ended_on,
        case profiles.granularity
            when 'day'
                then timezone(
                    appointed.time_zone,
                    timezone(appointed.time_zone, appointed.due_at)::date + time '23:59:59.999999'
                )
            else appointed.due_at
        end as due_at_used
    from appointed
    cross join profiles
),

clocked as (
    select
        judged.*,
        working_second(
            second_of_day(judged.end_second, judged.offset_seconds),
            last_day.c2, last_day.open_1, last_day.close_1, last_day.open_2, last_day.close_2
        ) as end_w,
        working_second(
            second_of_day(judged.start_second, judged.offset_seconds),
            first_day.c2, first_day.open_1, first_day.close_1, first_day.open_2, first_day.close_2
        ) as start_w,
        working_second(
            second_of_day(epoch_second(judged.due_at_used), judged.offset_seconds),
            due_day.c2, due_day.open_1, due_day.close_1, due_day.open_2, due_day.close_2
        ) as due_w
    from judged
    left join calendar_days as first_day
        on first_day.day_key = day_key(
            judged.start_second, judged.offset_seconds, judged.key_base
        )
    left join calendar_days as last_day
        on day_key(judged.end_second, judged.offset_seconds, judged.key_base) = last_day.day_key
    left join calendar_days as due_day
        on due_day.day_key = day_key(
            epoch_second(judged.due_at_used), judged.offset_seconds, judged.key_base
        )
),

outcomes as (
    select
        dossier_id,
        profile,
        case
            when status = 'withdrawn' then 'withdrawn'
            when status in ('rejected', 'refused_intake') then 'rejected'
            when due_at_used is null then 'unknown'
            when is_open and clock_end_at > due_at_used then 'open_overdue'
            when is_open then 'open_in_time'
            when clock_end_at > due_at_used then 'late'
            when ended_on < due_on then 'early'
            else 'on_time'
        end as outcome,
        due_at_used,
        case when not is_open then clock_end_at end as ended_at_used,
        due_w - start_w as allowed_seconds,
        end_w - start_w - paused_seconds as used_seconds,
        paused_seconds,
        due_w - end_w as slack_seconds
    from clocked
)

select * from outcomes
