-- grain: one row per profile, reporting convention, period, unit, field, procedure and channel
-- key: profile, convention, period, unit_id, field_of_work, procedure_id, channel_in
-- reads: dossiers, attribute_groups, outcomes, profiles, receptions, report_periods, stock
-- promises: in_play >= 0; carried + received = in_play; done = early + on_time + late + unknown;
--   in_play = done + withdrawn + rejected + open_total;
--   open_total = open_in_time + open_overdue + open_unknown; waiting <= open_total
-- The counts of the official forms; each total is counted independently. All bounds are civil days;
-- the stock of a period that the snapshot cuts short is judged at the snapshot. A dossier is in the
-- caseload while it is received and not closed (macro closed_when; the state is that of outcomes);
-- a withdrawn one was open until its withdrawal. Days are first moved back to the bound of the
-- period before, which changes no comparison with a period; dossiers that are then equal are
-- counted together. Counted on request for some profiles and periods: all of them are many times as
-- many rows as there are dossiers.

with bounds as (
    select starts_on as day
    from report_periods
    union
    select ends_on + 1 as day
    from report_periods
    union
    select date '0001-01-01' as day
),

dossier_facts as (
    select
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
        outcomes.state as state_now,
        dossiers.received_on,
        timezone(
            dossiers.time_zone,
            closed_when(
                outcomes.state,
                outcomes.ended_at_used,
                dossiers.received_at,
                dossiers.snapshot_at
            )
        )::date as closed_on,
        timezone(dossiers.time_zone, outcomes.due_at_used)::date as due_on,
        timezone(dossiers.time_zone, dossiers.returned_at)::date as returned_on,
        timezone(dossiers.time_zone, dossiers.snapshot_at)::date as snapshot_on,
        outcomes.due_at_used <= dossiers.snapshot_at
        and outcomes.outcome not in ('withdrawn', 'rejected') as has_fallen_due,
        receptions.wait_seconds <= 28800 as is_within_8h
    from dossiers
    inner join outcomes on dossiers.dossier_id = outcomes.dossier_id
    semi join profiles on outcomes.profile = profiles.profile
    left join receptions on dossiers.dossier_id = receptions.dossier_id
),

days as (
    select received_on as day
    from dossier_facts
    union
    select closed_on as day
    from dossier_facts
    union
    select due_on as day
    from dossier_facts
    union
    select returned_on as day
    from dossier_facts
    union
    select snapshot_on as day
    from dossier_facts
),

taken_back as (
    select
        days.day,
        bounds.day as bound
    from days
    asof inner join bounds on days.day >= bounds.day
),

alike as (
    select
        dossier_facts.* exclude (received_on, closed_on, due_on, returned_on, snapshot_on),
        received.bound as received_on,
        closed.bound as closed_on,
        due.bound as due_on,
        returned.bound as returned_on,
        snapshot.bound as snapshot_on,
        count(*)::integer as n
    from dossier_facts
    left join taken_back as received on dossier_facts.received_on = received.day
    left join taken_back as closed on dossier_facts.closed_on = closed.day
    left join taken_back as due on dossier_facts.due_on = due.day
    left join taken_back as returned on dossier_facts.returned_on = returned.day
    left join taken_back as snapshot on dossier_facts.snapshot_on = snapshot.day
    group by all
),

period_dossiers as (
    select
        alike.*,
        periods.convention,
        periods.period,
        periods.starts_on,
        periods.ends_on,
        coalesce(alike.closed_on >= periods.starts_on, true) as is_in_play,
        coalesce(alike.closed_on > periods.ends_on, true) as is_open
    from alike
    inner join report_periods as periods
        on alike.received_on <= periods.ends_on
        and greatest(
            coalesce(alike.closed_on, date '9999-12-31'), alike.returned_on, alike.due_on
        ) >= periods.starts_on
        and alike.snapshot_on >= periods.starts_on
),

period_flags as (
    select
        *,
        received_on >= starts_on as is_new,
        is_in_play and received_on < starts_on as is_carried,
        is_in_play and not is_open as is_closed,
        is_in_play and not is_open and state_now = 'resolved' as is_done,
        has_fallen_due and due_on between starts_on and ends_on as fell_due,
        channel_out is not null and returned_on between starts_on and ends_on as is_returned
    from period_dossiers
),

standing as (
    select
        stock.profile,
        stock.state,
        stock.is_waiting,
        stock.n,
        alike.unit_id,
        alike.field_of_work,
        alike.procedure_id,
        alike.channel_in,
        case alike.reappointment when 'yes' then true when 'no' then false end as is_reappointed,
        periods.convention,
        periods.period
    from stock
    inner join attribute_groups as alike on stock.attribute_group_no = alike.attribute_group_no
    inner join report_periods as periods
        on stock.ends_on = periods.ends_on
        and alike.snapshot_on >= periods.starts_on
),

all_flags as (
    select * from period_flags
    union all by name
    select * from standing
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
        coalesce(sum(n) filter (where is_in_play), 0)::bigint as in_play,
        coalesce(sum(n) filter (where is_carried), 0)::bigint as carried,
        coalesce(sum(n) filter (where is_new), 0)::bigint as received,
        coalesce(
            sum(n) filter (where is_new and channel_in = 'online'), 0
        )::bigint as received_online,
        coalesce(
            sum(n) filter (where is_new and channel_in = 'counter'), 0
        )::bigint as received_counter,
        coalesce(sum(n) filter (where is_new and channel_in = 'post'), 0)::bigint as received_post,
        coalesce(
            sum(n) filter (
                where is_new and channel_in not in ('online', 'counter', 'post')
            ), 0
        )::bigint as received_other,
        coalesce(
            sum(n) filter (
                where is_new and channel_in = 'online' and service_level = '4'
            ), 0
        )::bigint as online_full,
        coalesce(
            sum(n) filter (
                where is_new and channel_in = 'online' and service_level = '3'
            ), 0
        )::bigint as online_part,
        coalesce(
            sum(n) filter (
                where is_new and channel_in = 'online'
                and coalesce(service_level, '') not in ('3', '4')
            ), 0
        )::bigint as online_rest,
        coalesce(
            sum(n) filter (
                where is_new and channel_in = 'online' and processed_online is not null
            ), 0
        )::bigint as online_known,
        coalesce(
            sum(n) filter (
                where is_new and channel_in = 'online' and processed_online
            ), 0
        )::bigint as online_processed,
        coalesce(
            sum(n) filter (where is_new and is_within_8h is not null), 0
        )::bigint as reception_known,
        coalesce(sum(n) filter (where is_new and is_within_8h), 0)::bigint as received_within_8h,
        coalesce(sum(n) filter (where is_done), 0)::bigint as done,
        coalesce(sum(n) filter (where is_done and outcome = 'early'), 0)::bigint as early,
        coalesce(sum(n) filter (where is_done and outcome = 'on_time'), 0)::bigint as on_time,
        coalesce(sum(n) filter (where is_done and outcome = 'late'), 0)::bigint as late,
        coalesce(sum(n) filter (where is_done and outcome = 'unknown'), 0)::bigint as unknown,
        coalesce(
            sum(n) filter (
                where is_done and outcome = 'late' and is_reappointed
            ), 0
        )::bigint as late_reappointed,
        coalesce(
            sum(n) filter (
                where is_done and outcome = 'late' and not is_reappointed
            ), 0
        )::bigint as late_as_appointed,
        coalesce(
            sum(n) filter (
                where is_done and outcome = 'late' and is_reappointed is null
            ), 0
        )::bigint as late_unrecorded,
        coalesce(
            sum(n) filter (
                where is_done
                and returned_on <= ends_on
            ), 0
        )::bigint as done_returned,
        coalesce(
            sum(n) filter (
                where is_done
                and coalesce(returned_on > ends_on, true)
            ), 0
        )::bigint as done_not_returned,
        coalesce(
            sum(n) filter (where is_closed and state_now = 'withdrawn'), 0
        )::bigint as withdrawn,
        coalesce(
            sum(n) filter (where is_closed and state_now = 'rejected'), 0
        )::bigint as rejected,
        coalesce(sum(n) filter (where is_open), 0)::bigint as open_total,
        coalesce(sum(n) filter (where state = 'open_in_time'), 0)::bigint as open_in_time,
        coalesce(sum(n) filter (where state = 'open_overdue'), 0)::bigint as open_overdue,
        coalesce(sum(n) filter (where state = 'open_unknown'), 0)::bigint as open_unknown,
        coalesce(sum(n) filter (where is_waiting), 0)::bigint as waiting,
        coalesce(
            sum(n) filter (where state = 'open_in_time' and not is_waiting), 0
        )::bigint as active_in_time,
        coalesce(
            sum(n) filter (where state = 'open_overdue' and not is_waiting), 0
        )::bigint as active_overdue,
        coalesce(
            sum(n) filter (where state = 'open_unknown' and not is_waiting), 0
        )::bigint as active_unknown,
        coalesce(
            sum(n) filter (where state = 'open_overdue' and is_reappointed), 0
        )::bigint as overdue_reappointed,
        coalesce(
            sum(n) filter (
                where state = 'open_overdue' and not is_reappointed
            ), 0
        )::bigint as overdue_as_appointed,
        coalesce(
            sum(n) filter (
                where state = 'open_overdue' and is_reappointed is null
            ), 0
        )::bigint as overdue_unrecorded,
        coalesce(sum(n) filter (where fell_due), 0)::bigint as fell_due,
        coalesce(
            sum(n) filter (where fell_due and outcome in ('early', 'on_time')), 0
        )::bigint as fell_due_in_time,
        coalesce(
            sum(n) filter (
                where (is_done and outcome in ('early', 'on_time')) or (state = 'open_in_time')
            ), 0
        )::bigint as progress_in_time,
        coalesce(sum(n) filter (where is_returned), 0)::bigint as returned,
        coalesce(
            sum(n) filter (where is_returned and channel_out = 'post'), 0
        )::bigint as returned_by_post,
        coalesce(
            sum(n) filter (where is_returned and channel_out = 'online'), 0
        )::bigint as returned_online,
        coalesce(
            sum(n) filter (where is_returned and channel_out = 'counter'), 0
        )::bigint as returned_counter
    from all_flags
    group by profile, convention, period, unit_id, field_of_work, procedure_id, channel_in
)

select * from official_counts
