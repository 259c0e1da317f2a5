-- grain: one row per dossier: its clock in working seconds, its pauses, and where it is stopped
-- key: dossier_no
-- reads: dossiers, dossier_calendars, calendar_days, pause_spells, due_dates
-- promises: used_seconds is null or used_seconds >= 0;
--   paused_seconds is null or paused_seconds >= 0
-- clock_stopped_at is the start of a pause that had not ended at the snapshot: from then on the
-- clock of an open dossier does not run. A status "waiting" without a pause row does not show when
-- the pause began. elapsed_pause_seconds count day and night of what is over, the waiting of a
-- finished dossier included.
-- Days that the calendar does not cover have no working seconds: what needs them is null. lacks_due
-- and lacks_recomputed_due mark due dates hidden by such days, as opposed to due dates never set.

with pause_totals as (
    select
        dossier_no,
        case when bool_and(work_seconds is not null) then sum(work_seconds)::bigint end
            as paused_seconds,
        max(case when is_unended then from_second end) as still_second,
        sum(to_second - from_second)::bigint as elapsed_seconds,
        sum(case when not is_unended then to_second - from_second else 0 end)::bigint
            as ended_elapsed_seconds,
        count(*) as n_spells
    from pause_spells
    group by dossier_no
),

spans as (
    select
        calendars.*,
        dossiers.status,
        dossiers.lateness_excluded is not null as is_excluded,
        dossiers.returned_at,
        dossiers.snapshot_at,
        coalesce(dossiers.due_first_at <> dossiers.due_at, false) as is_extended,
        coalesce(
            dossiers.due_at,
            case when not due_dates.is_procedure_term then due_dates.due_recomputed_at end
        ) as due_issued_at,
        due_dates.due_recomputed_at,
        due_dates.due_credited_at,
        coalesce(due_dates.lacks_days, false) as lacks_recomputed_due,
        coalesce(
            dossiers.due_at is null
            and due_dates.lacks_days
            and not due_dates.is_procedure_term,
            false
        ) as lacks_due,
        case when pause_totals.dossier_no is null then 0 else pause_totals.paused_seconds end
            as paused_seconds,
        case when calendars.is_open then pause_totals.still_second end as still_second,
        case
            when pause_totals.dossier_no is null then 0
            when calendars.is_open then pause_totals.ended_elapsed_seconds
            else pause_totals.elapsed_seconds
        end as elapsed_pause_seconds,
        coalesce(pause_totals.n_spells, 0) as n_pauses
    from dossiers
    inner join dossier_calendars as calendars on dossiers.dossier_id = calendars.dossier_id
    left join due_dates on dossiers.dossier_id = due_dates.dossier_id
    left join pause_totals on calendars.dossier_no = pause_totals.dossier_no
),

clock_instants as (
    select
        spans.*,
        working_second(
            second_of_day(spans.start_second, spans.offset_seconds),
            first_day.c2, first_day.open_1, first_day.close_1, first_day.open_2, first_day.close_2
        ) as start_w,
        working_second(
            second_of_day(spans.end_second, spans.offset_seconds),
            last_day.c2, last_day.open_1, last_day.close_1, last_day.open_2, last_day.close_2
        ) as end_w,
        working_second(
            second_of_day(spans.still_second, spans.offset_seconds),
            still_day.c2, still_day.open_1, still_day.close_1, still_day.open_2, still_day.close_2
        ) as still_w,
        working_second(
            second_of_day(epoch_second(spans.returned_at), spans.offset_seconds),
            back.c2, back.open_1, back.close_1, back.open_2, back.close_2
        ) as returned_w,
        working_second(
            second_of_day(epoch_second(spans.snapshot_at), spans.offset_seconds),
            seen.c2, seen.open_1, seen.close_1, seen.open_2, seen.close_2
        ) as snapshot_w
    from spans
    left join calendar_days as first_day
        on first_day.day_key = day_key(spans.start_second, spans.offset_seconds, spans.key_base)
    left join calendar_days as last_day
        on day_key(spans.end_second, spans.offset_seconds, spans.key_base) = last_day.day_key
    left join calendar_days as still_day
        on day_key(spans.still_second, spans.offset_seconds, spans.key_base) = still_day.day_key
    left join calendar_days as back
        on back.day_key = day_key(
            epoch_second(spans.returned_at), spans.offset_seconds, spans.key_base
        )
    left join calendar_days as seen
        on seen.day_key = day_key(
            epoch_second(spans.snapshot_at), spans.offset_seconds, spans.key_base
        )
),

clock_totals as (
    select
        dossier_id,
        dossier_no,
        calendar_id,
        time_zone,
        offset_seconds,
        key_base,
        status,
        is_excluded,
        is_open,
        is_extended,
        status in ('supplement', 'financial') or still_second is not null as is_waiting,
        clock_end_at,
        snapshot_at,
        case when status not in ('withdrawn', 'rejected', 'refused_intake') then returned_at end
            as returned_at,
        to_timestamp(still_second) as clock_stopped_at,
        elapsed_pause_seconds,
        n_pauses,
        due_issued_at,
        due_recomputed_at,
        due_credited_at,
        lacks_due,
        lacks_recomputed_due,
        start_w,
        end_w,
        still_w,
        returned_w,
        snapshot_w,
        end_w - start_w - paused_seconds as used_seconds,
        paused_seconds
    from clock_instants
)

select * from clock_totals
