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

named as (
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

begun as (
    select distinct name_no
    from named
    where phase = 'handling'
),

-- a place is known from the last segment before that told one; its number leads, so the greatest
-- is the last
placed as (
    select
        named.dossier_no,
        named.segment_no,
        named.from_at,
        named.to_at,
        case when named.phase = 'pause' then 0 else named.work_seconds end as counted_seconds,
        max(
            case
                when named.phase not in ('gap', 'pause') and named.step_no is not null
                    then (named.segment_no * 4294967296 + named.step_no * 65536)::bigint
                    + coalesce(named.name_no, 0)
            end
        ) over way % 4294967296 as step_code,
        max(
            case
                when named.phase = 'pause' then null
                when named.phase = 'gap' then 3 * named.segment_no + 2
                when named.phase in ('wait', 'gap_or_wait') then 3 * named.segment_no
                when named.phase = 'wait_or_handling' and begun.name_no is not null
                    then 3 * named.segment_no
                else 3 * named.segment_no + 1
            end
        ) over way % 3 as place_code
    from named
    left join begun on named.name_no = begun.name_no
    window way as (
        partition by named.dossier_no
        order by named.segment_no
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
    from placed
    group by all
),

followed as (
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
        followed.place_no::bigint as place_no,
        recent.unit_id,
        recent.procedure_id,
        names.step,
        case followed.place_code when 0 then 'waiting' when 1 then 'in_hand' else 'after' end
            as place,
        followed.entered_at,
        followed.left_at,
        followed.sojourn_seconds,
        followed.remaining_seconds,
        recent.ending = 'resolved' or not followed.is_last as has_left,
        recent.ending = 'resolved' as has_ended
    from followed
    inner join recent on followed.dossier_no = recent.dossier_no
    inner join names on followed.step_code % 65536 = names.name_no
)

select * from passages
