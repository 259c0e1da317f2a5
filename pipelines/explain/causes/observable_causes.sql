-- grain: one row per cause, unit ('*' all) and period in which a late dossier's log lets it be told
-- key: cause, unit_id, period
-- reads: cause_list, attributable_time, attributed_time, cause_dossiers, late_dossiers, periods
-- promises: cause <> 'unexplained'
-- A cause can be told where a late dossier has a part of its own to put down to it, were it usual
-- or not, or where a part that the log cannot tell apart was put down to it. A due date can be held
-- against its term without any log.

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

shown as (
    select
        parts.part::varchar as part,
        late.unit_id,
        late.ended_on
    from attributable_time as parts
    inner join late on parts.dossier_no = late.dossier_no
    group by parts.part, late.unit_id, late.ended_on
),

told as (
    select
        part_causes.cause,
        shown.unit_id,
        shown.ended_on
    from shown
    inner join part_causes on shown.part = part_causes.part
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
        told.cause,
        case when grouping(told.unit_id) = 0 then told.unit_id else '*' end as unit_id,
        periods.period
    from told
    inner join periods
        on told.ended_on >= periods.starts_on
        and told.ended_on <= periods.ends_on
    group by grouping sets (
        (told.cause, periods.period),
        (told.cause, periods.period, told.unit_id)
    )
)

select * from observable_causes
