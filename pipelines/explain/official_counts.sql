-- grain: one row per profile, reporting convention, period, unit, field, procedure and channel
-- key: profile, convention, period, unit_id, field_of_work, procedure_id, channel_in
-- reads: dossiers, outcomes, receptions, report_periods, stock
-- promises: in_play >= 0; carried + received = in_play; done = early + on_time + late + unknown;
--   open_total = open_in_time + open_overdue + open_unknown; waiting <= open_total
-- What the official forms count, each total by a count of its own. All bounds are civil days; the
-- stock of a period that the snapshot cuts short is judged at the snapshot. A dossier is in play
-- while it is received and not closed; a withdrawn one was open until it was withdrawn.

with facts as (
    select
        outcomes.dossier_id,
        outcomes.profile,
        dossiers.unit_id,
        coalesce(dossiers.field_of_work, 'unknown') as field_of_work,
        coalesce(dossiers.procedure_id, 'unknown') as procedure_id,
        coalesce(dossiers.channel_in, 'other') as channel_in,
        dossiers.channel_out,
        dossiers.service_level,
        dossiers.processed_online,
        dossiers.due_first_at < dossiers.due_at as is_reappointed,
        outcomes.outcome,
        dossiers.received_on,
        timezone(
            dossiers.time_zone,
            case
                when outcomes.ended_at_used is not null then outcomes.ended_at_used
                when outcomes.outcome not in ('open_in_time', 'open_overdue', 'unknown')
                    then dossiers.snapshot_at
            end
        )::date as closed_on,
        timezone(dossiers.time_zone, outcomes.due_at_used)::date as due_on,
        timezone(dossiers.time_zone, dossiers.returned_at)::date as returned_on,
        timezone(dossiers.time_zone, dossiers.snapshot_at)::date as snapshot_on,
        outcomes.due_at_used <= dossiers.snapshot_at
        and outcomes.outcome not in ('withdrawn', 'rejected') as has_fallen_due,
        receptions.wait_seconds
    from dossiers
    inner join outcomes on dossiers.dossier_id = outcomes.dossier_id
    left join receptions on dossiers.dossier_id = receptions.dossier_id
),

placed as (
    select
        facts.*,
        periods.convention,
        periods.period,
        periods.starts_on,
        periods.ends_on,
        coalesce(facts.closed_on >= periods.starts_on, true) as is_in_play,
        coalesce(facts.closed_on > periods.ends_on, true) as is_open,
        stock.state,
        stock.is_waiting
    from facts
    inner join report_periods as periods
        on facts.received_on <= periods.ends_on
        and greatest(
            coalesce(facts.closed_on, date '9999-12-31'), facts.returned_on, facts.due_on
        ) >= periods.starts_on
        and facts.snapshot_on >= periods.starts_on
    left join stock
        on periods.convention = stock.convention
        and periods.period = stock.period
        and facts.profile = stock.profile
        and facts.dossier_id = stock.dossier_id
),

flagged as (
    select
        *,
        received_on >= starts_on as is_new,
        is_in_play and received_on < starts_on as is_carried,
        is_in_play and not is_open as is_closed,
        has_fallen_due and due_on between starts_on and ends_on as fell_due,
        channel_out is not null and returned_on between starts_on and ends_on as is_returned
    from placed
),

official_counts as (
    select
        profile,
        convention,
        period,
        unit_id,
        field_of_work,
        procedure_id,
        channel_in,
        count(*) filter (where is_in_play) as in_play,
        count(*) filter (where is_carried) as carried,
        count(*) filter (where is_new) as received,
        count(*) filter (where is_new and channel_in = 'online') as received_online,
        count(*) filter (where is_new and channel_in = 'counter') as received_counter,
        count(*) filter (where is_new and channel_in = 'post') as received_post,
        count(*) filter (
            where is_new and channel_in not in ('online', 'counter', 'post')
        ) as received_other,
        count(*) filter (
            where is_new and channel_in = 'online' and service_level = '4'
        ) as online_full,
        count(*) filter (
            where is_new and channel_in = 'online' and service_level = '3'
        ) as online_part,
        count(*) filter (
            where is_new and channel_in = 'online' and coalesce(service_level, '') not in ('3', '4')
        ) as online_rest,
        count(*) filter (
            where is_new and channel_in = 'online' and processed_online is not null
        ) as online_known,
        count(*) filter (
            where is_new and channel_in = 'online' and processed_online
        ) as online_processed,
        count(*) filter (where is_new and wait_seconds is not null) as reception_known,
        count(*) filter (where is_new and wait_seconds <= 28800) as received_within_8h,
        count(*) filter (
            where is_closed and outcome in ('early', 'on_time', 'late', 'unknown')
        ) as done,
        count(*) filter (where is_closed and outcome = 'early') as early,
        count(*) filter (where is_closed and outcome = 'on_time') as on_time,
        count(*) filter (where is_closed and outcome = 'late') as late,
        count(*) filter (where is_closed and outcome = 'unknown') as unknown,
        count(*) filter (
            where is_closed and outcome = 'late' and is_reappointed
        ) as late_reappointed,
        count(*) filter (
            where is_closed and outcome = 'late' and not is_reappointed
        ) as late_as_appointed,
        count(*) filter (
            where is_closed and outcome = 'late' and is_reappointed is null
        ) as late_unrecorded,
        count(*) filter (
            where is_closed
            and outcome in ('early', 'on_time', 'late', 'unknown')
            and returned_on <= ends_on
        ) as done_returned,
        count(*) filter (
            where is_closed
            and outcome in ('early', 'on_time', 'late', 'unknown')
            and coalesce(returned_on > ends_on, true)
        ) as done_not_returned,
        count(*) filter (where is_closed and outcome = 'withdrawn') as withdrawn,
        count(*) filter (where is_closed and outcome = 'rejected') as rejected,
        count(*) filter (where is_open) as open_total,
        count(*) filter (where state = 'open_in_time') as open_in_time,
        count(*) filter (where state = 'open_overdue') as open_overdue,
        count(*) filter (where state = 'open_unknown') as open_unknown,
        count(*) filter (where is_waiting) as waiting,
        count(*) filter (where state = 'open_in_time' and not is_waiting) as active_in_time,
        count(*) filter (where state = 'open_overdue' and not is_waiting) as active_overdue,
        count(*) filter (where state = 'open_unknown' and not is_waiting) as active_unknown,
        count(*) filter (where state = 'open_overdue' and is_reappointed) as overdue_reappointed,
        count(*) filter (
            where state = 'open_overdue' and not is_reappointed
        ) as overdue_as_appointed,
        count(*) filter (
            where state = 'open_overdue' and is_reappointed is null
        ) as overdue_unrecorded,
        count(*) filter (where fell_due) as fell_due,
        count(*) filter (where fell_due and outcome in ('early', 'on_time')) as fell_due_in_time,
        count(*) filter (
            where (is_closed and outcome in ('early', 'on_time')) or (state = 'open_in_time')
        ) as progress_in_time,
        count(*) filter (where is_returned) as returned,
        count(*) filter (where is_returned and channel_out = 'post') as returned_by_post,
        count(*) filter (where is_returned and channel_out = 'online') as returned_online,
        count(*) filter (where is_returned and channel_out = 'counter') as returned_counter
    from flagged
    group by profile, convention, period, unit_id, field_of_work, procedure_id, channel_in
)

select * from official_counts
