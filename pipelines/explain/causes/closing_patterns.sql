-- grain: one row per judged dossier whose closing click is part of a pattern
-- key: dossier_no
-- reads: cause_dossiers, cause_steps, click_chains, closing_weekdays, behaviour_limits,
--   cause_limits
-- promises: is_burst or is_bulk or is_weekday or is_chain
-- Dossiers closed by one holder one after the other within a minute, or by a unit in bulk in the
-- last days of a quarter, or nearly all on one weekday, or on a weekday on which its closings are
-- bunched beside its own earlier stamps (closing_weekdays), or together with the steps before them
-- (click_chains): the click says little of when the work was done. Whose click it was says the step
-- that ended with it; where none does, the unit stands for its holders. Mere dates (midnight) say
-- nothing.

with limits as (
    select
        max(case when limit_id = 'batch_gap' then value::integer end) as batch_gap,
        max(case when limit_id = 'batch_size' then value::integer end) as batch_size,
        max(case when limit_id = 'bulk_days' then value::integer end) as bulk_days,
        max(case when limit_id = 'bulk_size' then value::integer end) as bulk_size
    from behaviour_limits
),

clicks as (
    select
        steps.dossier_no,
        min(steps.holder_no) as holder_no
    from cause_steps as steps
    inner join cause_dossiers as dossiers
        on steps.dossier_no = dossiers.dossier_no
        and steps.last_second = dossiers.end_second
    group by steps.dossier_no
),

units as (
    select
        unit_id,
        row_number() over (order by unit_id)::integer as unit_no
    from cause_dossiers
    group by unit_id
),

-- a unit that stands for its holders differs from them by the sign of its number
closing_clicks as (
    select
        dossiers.dossier_no,
        units.unit_no,
        dossiers.unit_id,
        coalesce(clicks.holder_no, -units.unit_no) as hand_no,
        dossiers.quarter_no,
        dossiers.ended_on,
        dossiers.end_second,
        (dossiers.end_second + dossiers.offset_seconds) // 3600 as hour_no
    from cause_dossiers as dossiers
    inner join units on dossiers.unit_id = units.unit_id
    left join clicks on dossiers.dossier_no = clicks.dossier_no
    where not dossiers.is_open
        and second_of_day(dossiers.end_second, dossiers.offset_seconds) > 0
),

closings as (
    select
        *,
        end_second - lag(end_second) over (partition by hand_no order by end_second, dossier_no)
            as gap_seconds
    from closing_clicks
),

click_runs as (
    select
        closings.*,
        count(*) filter (
            where closings.gap_seconds is null or closings.gap_seconds >= limits.batch_gap
        ) over (
            partition by closings.hand_no
            order by closings.end_second, closings.dossier_no
            rows between unbounded preceding and current row
        ) as run_no
    from closings
    cross join limits
),

bunches as (
    select
        *,
        count(*) over (partition by hand_no, run_no) as n_run,
        count(*) over (partition by unit_no, hour_no) as n_hour,
        count(*) over (partition by unit_no, quarter_no) as n_quarter,
        count(*) over (partition by unit_no, quarter_no, isodow(ended_on)) as n_weekday,
        date_diff(
            'day', ended_on, (date_trunc('quarter', ended_on) + interval 3 month)::date
        ) as days_left
    from click_runs
),

chains as (
    select distinct dossier_no
    from click_chains
),

patterns as (
    select
        bunches.dossier_no,
        bunches.n_run >= limits.batch_size as is_burst,
        bunches.days_left <= limits.bulk_days and bunches.n_hour >= limits.bulk_size as is_bulk,
        weekdays.unit_id is not null
        or bunches.n_quarter >= own.fewest_peers
        and 100 * bunches.n_weekday >= own.weekday_share * bunches.n_quarter as is_weekday,
        chains.dossier_no is not null as is_chain
    from bunches
    left join chains
        on bunches.dossier_no = chains.dossier_no
    left join closing_weekdays as weekdays
        on bunches.unit_id = weekdays.unit_id
        and bunches.quarter_no = weekdays.quarter_no
        and isodow(bunches.ended_on) = weekdays.weekday
    cross join limits
    cross join cause_limits as own
),

closing_patterns as (
    select *
    from patterns
    where is_burst or is_bulk or is_weekday or is_chain
)

select * from closing_patterns
