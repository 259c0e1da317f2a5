-- grain: one row per dossier and place on its way: how long it stayed, how long the rest took
-- key: dossier_id, place_no
-- reads: progress, ledger, steps
-- promises: place in ('waiting', 'in_hand', 'after'); stayed_seconds >= 0; rest_seconds >= 0;
--   left_at > came_at; not has_ended or has_left
-- A place is a step not yet begun, a step in hand, or the way on after it. A step whose starts are
-- logged anywhere has not begun where it shows none. Working seconds; a pause belongs to the place
-- at which it began and is not counted. The last place of an open, withdrawn or refused dossier
-- has not been left. Before its first step, or without a log, a dossier is at no place known.
-- Only dossiers seen in the twelve months before the last snapshot: how fast places are now.

with last_days as (
    select max(seen_on) - interval 12 month as first_on
    from progress
),

recent as (
    select progress.*
    from progress
    inner join last_days on progress.seen_on >= last_days.first_on
),

named as (
    select
        ledger.dossier_id,
        ledger.segment_no,
        ledger.phase,
        ledger.step_no,
        ledger.from_at,
        ledger.to_at,
        ledger.work_seconds,
        steps.step,
        bool_or(ledger.phase = 'handling') over (partition by steps.step) as tells_starts
    from ledger
    semi join recent on ledger.dossier_id = recent.dossier_id
    left join steps
        on ledger.dossier_id = steps.dossier_id
        and ledger.step_no = steps.step_no
),

placed as (
    select
        dossier_id,
        segment_no,
        from_at,
        to_at,
        case when phase = 'pause' then 0 else work_seconds end as counted_seconds,
        last_value(
            case when phase not in ('gap', 'pause') then step_no end ignore nulls
        ) over way as step_no,
        last_value(case when phase not in ('gap', 'pause') then step end ignore nulls) over way
            as step,
        last_value(
            case
                when phase = 'pause' then null
                when phase = 'gap' then 'after'
                when phase in ('wait', 'gap_or_wait') then 'waiting'
                when phase = 'wait_or_handling' and tells_starts then 'waiting'
                else 'in_hand'
            end ignore nulls
        ) over way as place
    from named
    window way as (
        partition by dossier_id
        order by segment_no
        rows between unbounded preceding and current row
    )
),

stays as (
    select
        dossier_id,
        step_no,
        step,
        coalesce(place, 'in_hand') as place,
        max(segment_no) as place_no,
        min(from_at) as came_at,
        max(to_at) as left_at,
        sum(counted_seconds)::bigint as stayed_seconds
    from placed
    group by all
),

followed as (
    select
        *,
        coalesce(sum(stayed_seconds) over (
            partition by dossier_id
            order by place_no
            rows between 1 following and unbounded following
        ), 0)::bigint as rest_seconds,
        place_no = max(place_no) over (partition by dossier_id) as is_last
    from stays
),

passages as (
    select
        followed.dossier_id,
        followed.place_no,
        recent.unit_id,
        recent.procedure_id,
        followed.step,
        followed.place,
        followed.came_at,
        followed.left_at,
        followed.stayed_seconds,
        followed.rest_seconds,
        recent.ending = 'resolved' or not followed.is_last as has_left,
        recent.ending = 'resolved' as has_ended
    from followed
    inner join recent on followed.dossier_id = recent.dossier_id
    where followed.step is not null
)

select * from passages
