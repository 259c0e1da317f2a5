-- grain: one row per judged dossier whose closing click is part of a pattern
-- key: dossier_no
-- reads: cause_dossiers, behaviour_limits, cause_limits
-- promises: is_burst or is_bulk or is_weekday
-- Dossiers of a unit closed one after the other within a minute, in bulk in the last days of a
-- quarter, or nearly all on one weekday: the click says little of when the work was done. Mere
-- dates (midnight) say nothing.

with limits as (
    select
        max(case when limit_id = 'batch_gap' then value::integer end) as batch_gap,
        max(case when limit_id = 'batch_size' then value::integer end) as batch_size,
        max(case when limit_id = 'bulk_days' then value::integer end) as bulk_days,
        max(case when limit_id = 'bulk_size' then value::integer end) as bulk_size
    from behaviour_limits
),

closings as (
    select
        dossier_no,
        unit_id,
        quarter_no,
        ended_on,
        end_second,
        (end_second + offset_seconds) // 3600 as hour_no,
        end_second - lag(end_second) over (partition by unit_id order by end_second, dossier_no)
            as gap_seconds
    from cause_dossiers
    where not is_open
        and second_of_day(end_second, offset_seconds) > 0
),

numbered as (
    select
        closings.*,
        count(*) filter (
            where closings.gap_seconds is null or closings.gap_seconds >= limits.batch_gap
        ) over (
            partition by closings.unit_id
            order by closings.end_second, closings.dossier_no
            rows between unbounded preceding and current row
        ) as run_no
    from closings
    cross join limits
),

counted as (
    select
        *,
        count(*) over (partition by unit_id, run_no) as n_run,
        count(*) over (partition by unit_id, hour_no) as n_hour,
        count(*) over (partition by unit_id, quarter_no) as n_quarter,
        count(*) over (partition by unit_id, quarter_no, isodow(ended_on)) as n_weekday,
        date_diff(
            'day', ended_on, (date_trunc('quarter', ended_on) + interval 3 month)::date
        ) as days_left
    from numbered
),

judged as (
    select
        counted.dossier_no,
        counted.n_run >= limits.batch_size as is_burst,
        counted.days_left <= limits.bulk_days and counted.n_hour >= limits.bulk_size as is_bulk,
        counted.n_quarter >= own.fewest_peers
        and 100 * counted.n_weekday >= own.weekday_share * counted.n_quarter as is_weekday
    from counted
    cross join limits
    cross join cause_limits as own
),

cause_closings as (
    select *
    from judged
    where is_burst or is_bulk or is_weekday
)

select * from cause_closings
