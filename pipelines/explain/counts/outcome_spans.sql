-- grain: one row per profile, group, state, outcome and spans of days in which dossiers moved
-- key: profile, group_no, state, outcome, apology, received_in, left_in, due_in, returned_in
-- reads: dossier_spans, attribute_groups, outcomes, profiles, spans
-- promises: n > 0; received_in > 0; left_in >= received_in;
--   (apology = '') = (state <> 'resolved' or outcome <> 'late');
--   returned_in = 0 or (state = 'resolved' and returned_in >= left_in)
-- Events of a dossier by span (0: none): received, left (closed as the profile closes it, macro
-- closed_when; while it is open, seen last), fell due, and, resolved, had its result returned.
-- Every counter of a period adds up such rows, so that dossiers are read once. The state is that of
-- outcomes, groups are those of count_groups. apology is set for dossiers resolved late.

with zones as (
    select
        time_zone,
        (row_number() over (order by time_zone))::bigint << 32 as zone_base
    from dossier_spans
    group by time_zone
),

-- look up the span by quarter hour: no zone changes its day within one, and the local day of each
-- instant takes ten times as long
instants as (
    select quarter_hour(due_at_used) as slot
    from outcomes
    where due_at_used is not null
    union
    select quarter_hour(ended_at_used) as slot
    from outcomes
    where ended_at_used is not null
),

slot_days as (
    select
        zones.zone_base + instants.slot as slot_no,
        timezone(zones.time_zone, to_timestamp(instants.slot * 900))::date as day
    from instants
    cross join zones
),

slots as (
    select
        slot_days.slot_no,
        spans.span_no
    from slot_days
    asof inner join spans on slot_days.day >= spans.starts_on
),

dossiers as (
    select
        counted.*,
        zones.zone_base,
        alike.apology
    from dossier_spans as counted
    inner join zones on counted.time_zone = zones.time_zone
    inner join attribute_groups as alike on counted.attribute_group_no = alike.attribute_group_no
),

judgements as (
    select distinct
        outcomes.profile,
        outcomes.state,
        outcomes.outcome
    from outcomes
    inner join profiles on outcomes.profile = profiles.profile
),

numbers as (
    select
        *,
        state = 'resolved' as is_done,
        state = 'resolved' and outcome = 'late' as is_late,
        (row_number() over (order by profile, state, outcome))::smallint as judgement_no
    from judgements
),

dossier_slots as (
    select
        numbers.judgement_no,
        numbers.is_done,
        case when numbers.is_late then dossiers.apology else '' end as apology,
        dossiers.place_no,
        dossiers.work_no,
        dossiers.received_in,
        coalesce(
            closed_when(
                outcomes.state, ended.span_no, dossiers.received_in, dossiers.snapshot_in
            ), dossiers.snapshot_in
        ) as left_in,
        case
            when outcomes.due_at_used <= dossiers.snapshot_at
                and outcomes.outcome not in ('withdrawn', 'rejected')
                then due.span_no
            else 0
        end as due_in,
        dossiers.returned_in
    from outcomes
    inner join dossiers on outcomes.dossier_id = dossiers.dossier_id
    inner join numbers
        on outcomes.profile = numbers.profile
        and outcomes.state = numbers.state
        and outcomes.outcome = numbers.outcome
    left join slots as ended
        on dossiers.zone_base + quarter_hour(outcomes.ended_at_used) = ended.slot_no
    left join slots as due
        on dossiers.zone_base + quarter_hour(outcomes.due_at_used) = due.slot_no
),

moves as (
    select
        * exclude (is_done, returned_in),
        case when is_done and returned_in > 0 then greatest(returned_in, left_in) else 0 end
            as returned_in
    from dossier_slots
),

move_counts as (
    select
        judgement_no,
        coalesce(place_no, work_no) as group_no,
        apology,
        received_in,
        left_in,
        due_in,
        returned_in,
        count(*) as n
    from moves
    group by grouping sets (
        (judgement_no, place_no, apology, received_in, left_in, due_in, returned_in),
        (judgement_no, work_no, apology, received_in, left_in, due_in, returned_in)
    )
),

outcome_spans as (
    select
        numbers.profile,
        move_counts.group_no,
        numbers.state,
        numbers.outcome,
        move_counts.apology,
        move_counts.received_in,
        move_counts.left_in,
        move_counts.due_in,
        move_counts.returned_in,
        move_counts.n
    from move_counts
    inner join numbers on move_counts.judgement_no = numbers.judgement_no
)

select * from outcome_spans
