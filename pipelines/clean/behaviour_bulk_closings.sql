-- grain: one row per dossier closed in bulk just before a report date
-- key: row_kind, source_file, source_sheet, source_row
-- reads: dossiers, behaviour_limits, report_dates
-- promises: rule_id = 'D25'
-- Bulk is an hour in which a unit closes at least bulk_size dossiers and bulk_factor times its mean
-- of a day with closings, in the last bulk_days days before a report date of any convention.

with limits as (
    select
        max(case when limit_id = 'bulk_days' then value::integer end) as bulk_days,
        max(case when limit_id = 'bulk_size' then value::integer end) as bulk_size,
        max(case when limit_id = 'bulk_factor' then value::integer end) as bulk_factor
    from behaviour_limits
),

closings as (
    select
        source_file,
        source_sheet,
        source_row,
        source,
        unit_id,
        timezone(time_zone, reported_end_at) as closed_at
    from dossiers
    where resolved_at is not null
),

usual as (
    select
        source,
        unit_id,
        count(*) as n_closed,
        count(distinct closed_at::date) as n_days
    from closings
    group by source, unit_id
),

hours as (
    select
        closings.*,
        count(*) over (
            partition by closings.source, closings.unit_id, date_trunc('hour', closings.closed_at)
        ) as n_hour,
        report_dates.conventions,
        report_dates.ends_on,
        report_dates.ends_on - closings.closed_at::date + 1 as days_left
    from closings
    asof inner join report_dates on closings.closed_at::date <= report_dates.ends_on
    where closings.closed_at::time <> time '00:00:00'
),

behaviour_bulk_closings as (
    select
        'dossier' as row_kind,
        hours.source_file,
        hours.source_sheet,
        hours.source_row,
        'D25' as rule_id,
        concat('n = ', hours.n_hour, '; ', hours.ends_on, ' (', hours.conventions, ')') as fields
    from hours
    inner join usual on hours.source = usual.source and hours.unit_id = usual.unit_id
    cross join limits
    where
        hours.days_left <= limits.bulk_days
        and hours.n_hour >= limits.bulk_size
        and hours.n_hour * usual.n_days >= limits.bulk_factor * usual.n_closed
)

select * from behaviour_bulk_closings
