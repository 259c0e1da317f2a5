-- grain: one row per profile, group, calendar period and counter; '*': all values together
-- key: profile, unit_id, procedure_id, channel_in, period, counter
-- reads: official_counts
-- promises: n > 0
-- What further rates divide: the progress ratio of decision 766, the eight-hour rule of reception,
-- the level of online service and the form of the result. Groups as in month_counts.

with totals as (
    select
        profile,
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        case when grouping(procedure_id) = 0 then procedure_id else '*' end as procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        period,
        sum(in_play)::bigint as in_play,
        sum(progress_in_time)::bigint as progress_in_time,
        sum(reception_known)::bigint as reception_known,
        sum(received_within_8h)::bigint as received_within_8h,
        sum(online_full)::bigint as online_full,
        sum(returned_online)::bigint as returned_online
    from official_counts
    where convention = 'calendar'
    group by grouping sets (
        (profile, unit_id, channel_in, period),
        (profile, procedure_id, period)
    )
),

official_progress as (
    select profile, unit_id, procedure_id, channel_in, period, counter, n
    from totals
    unpivot (
        n for counter in (
            in_play, progress_in_time, reception_known, received_within_8h, online_full,
            returned_online
        )
    )
    where n > 0
)

select * from official_progress
