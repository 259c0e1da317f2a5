-- grain: one row per cause, unit ('*' all) and period in which a late dossier's log could show it
-- key: cause, unit_id, period
-- reads: cause_list, attributable_time, attributed_time, cause_dossiers, late_dossiers, periods
-- promises: cause <> 'unexplained'
-- A cause is observable where a late dossier has time of its class, usual or not, or ambiguous time
-- attributed to it. A due date can be compared with its term without any log.

with part_causes as (
    select
        unnest(parts) as part,
        cause
    from cause_list
    where cause <> 'unexplained'
),

late as (
    select
        judged.dossier_no,
        late_dossiers.unit_id,
        late_dossiers.ended_on
    from late_dossiers
    inner join cause_dossiers as judged on late_dossiers.dossier_id = judged.dossier_id
),

time_classes as (
    select
        parts.part::varchar as part,
        late.unit_id,
        late.ended_on
    from attributable_time as parts
    inner join late on parts.dossier_no = late.dossier_no
    group by parts.part, late.unit_id, late.ended_on
),

late_days as (
    select
        part_causes.cause,
        time_classes.unit_id,
        time_classes.ended_on
    from time_classes
    inner join part_causes on time_classes.part = part_causes.part
    union
    select
        weighed.cause::varchar as cause,
        late.unit_id,
        late.ended_on
    from attributed_time as weighed
    inner join late on weighed.dossier_no = late.dossier_no
    union
    select
        'due_date_error' as cause,
        unit_id,
        ended_on
    from late
),

observable_causes as (
    select
        late_days.cause,
        case when grouping(late_days.unit_id) = 0 then late_days.unit_id else '*' end as unit_id,
        periods.period
    from late_days
    inner join periods
        on late_days.ended_on >= periods.starts_on
        and late_days.ended_on <= periods.ends_on
    group by grouping sets (
        (late_days.cause, periods.period),
        (late_days.cause, periods.period, late_days.unit_id)
    )
)

select * from observable_causes
