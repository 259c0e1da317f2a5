-- grain: one row per dossier and place on its way: how long it stayed, how long the rest took
-- key: dossier_id, place_no
-- reads: progress, ledger, steps, dossier_calendars
-- promises: place in ('waiting', 'in_hand', 'after'); sojourn_seconds >= 0; remaining_seconds >= 0;
--   left_at > entered_at; not has_ended or has_left
-- A place is a step not yet begun, a step in hand, or the way on after it. A step whose starts are
-- logged anywhere has not begun where it shows none. Working seconds; a pause belongs to the place
-- at which it began and is not counted. The last place of an open, withdrawn or refused dossier
-- has not been left. Before its first step, or without a log, a dossier is at no place known.
-- Only dossiers seen since the day of the variable sojourns_since: how fast places are now.

with recent as (
    select
        progress.*,
        calendars.dossier_no
    from progress
    inner join dossier_calendars as calendars on progress.dossier_id = calendars.dossier_id
    where progress.seen_on >= getvariable('sojourns_since')::date
),

names as (
    select
        step,
        (row_number() over (order by step))::bigint as name_no
    from steps
    where step is not null
    group by step
),

recent_steps as (
    select
        recent.dossier_no,
        steps.step_no,
        names.name_no
    from steps
    inner join recent on steps.dossier_id = recent.dossier_id
    inner join names on steps.step = names.step
),

segments as (
    select
        recent.dossier_no,
        ledger.segment_no::integer as segment_no,
        ledger.phase,
        ledger.from_at,
        ledger.to_at,
        ledger.work_seconds,
        ledger.step_no,
        steps.name_no
    from ledger
    inner join recent on ledger.dossier_id = recent.dossier_id
    left join recent_steps as steps
        on recent.dossier_no = steps.dossier_no
        and ledger.step_no = steps.step_no
),

started_names as (
    select distinct name_no
    from segments
    where phase = 'handling'
),

-- the position is that of the last earlier segment with a step; its number leads, so the greatest
-- is the last
segment_places as (
    select
        segments.dossier_no,
        segments.segment_no,
        segments.from_at,
        segments.to_at,
        case when segments.phase = 'pause' then 0 else segments.work_seconds end as counted_seconds,
        max(
            case
                when segments.phase not in ('gap', 'pause') and segments.step_no is not null
                    then (segments.segment_no * 4294967296 + segments.step_no * 65536)::bigint
                    + coalesce(segments.name_no, 0)
            end
        ) over way % 4294967296 as step_code,
        max(
            case
                when segments.phase = 'pause' then null
                when segments.phase = 'gap' then 3 * segments.segment_no + 2
                when segments.phase in ('wait', 'gap_or_wait') then 3 * segments.segment_no
                when segments.phase = 'wait_or_handling' and started_names.name_no is not null
                    then 3 * segments.segment_no
                else 3 * segments.segment_no + 1
            end
        ) over way % 3 as place_code
    from segments
    left join started_names on segments.name_no = started_names.name_no
    window way as (
        partition by segments.dossier_no
        order by segments.segment_no
        rows between unbounded preceding and current row
    )
),

stays as (
    select
        dossier_no,
        step_code,
        coalesce(place_code, 1) as place_code,
        max(segment_no) as place_no,
        min(from_at) as entered_at,
        max(to_at) as left_at,
        sum(counted_seconds)::bigint as sojourn_seconds
    from segment_places
    group by all
),

sojourn_order as (
    select
        *,
        coalesce(sum(sojourn_seconds) over (
            partition by dossier_no
            order by place_no
            rows between 1 following and unbounded following
        ), 0)::bigint as remaining_seconds,
        place_no = max(place_no) over (partition by dossier_no) as is_last
    from stays
),

passages as (
    select
        recent.dossier_id,
        sojourn_order.place_no::bigint as place_no,
        recent.unit_id,
        recent.procedure_id,
        names.step,
        case sojourn_order.place_code when 0 then 'waiting' when 1 then 'in_hand' else 'after' end
            as place,
        sojourn_order.entered_at,
        sojourn_order.left_at,
        sojourn_order.sojourn_seconds,
        sojourn_order.remaining_seconds,
        recent.ending = 'resolved' or not sojourn_order.is_last as has_left,
        recent.ending = 'resolved' as has_ended
    from sojourn_order
    inner join recent on sojourn_order.dossier_no = recent.dossier_no
    inner join names on sojourn_order.step_code % 65536 = names.name_no
)

select * from passages
