-- grain: one row per profile, group, state, outcome and civil months in which dossiers moved
-- key: profile, group_no, state, outcome, received_in, closed_in, due_in, snapshot_in
-- reads: dossier_months, outcomes
-- promises: n > 0; received_in > 0; snapshot_in >= received_in; (closed_in = 0) = (state = 'open');
--   closed_in = 0 or closed_in between received_in and snapshot_in
-- Events of a dossier by month (0: not yet): received, closed as the profile closes it (macro
-- closed_when; the state is that of outcomes), fell due. Every counter of a period adds up such
-- rows, so that dossiers are read once. Groups are those of count_groups.

with zones as (
    select
        time_zone,
        (row_number() over (order by time_zone))::bigint << 32 as zone_base
    from dossier_months
    group by time_zone
),

-- look up the month by quarter hour: no zone changes its day within one, and the local day of each
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

slots as (
    select
        zones.zone_base + instants.slot as slot_no,
        month_no(timezone(zones.time_zone, to_timestamp(instants.slot * 900))::date) as month_no
    from instants
    cross join zones
),

dossiers as (
    select counted.*, zones.zone_base
    from dossier_months as counted
    inner join zones on counted.time_zone = zones.time_zone
),

numbers as (
    select
        profile,
        state,
        outcome,
        (row_number() over (order by profile, state, outcome))::smallint as judgement_no
    from outcomes
    group by profile, state, outcome
),

dossier_slots as (
    select
        numbers.judgement_no,
        dossiers.place_no,
        dossiers.procedure_no,
        dossiers.received_in,
        coalesce(
            closed_when(
                outcomes.state, ended.month_no, dossiers.received_in, dossiers.snapshot_in
            ), 0
        ) as closed_in,
        case
            when outcomes.due_at_used <= dossiers.snapshot_at
                and outcomes.outcome not in ('withdrawn', 'rejected')
                then due.month_no
            else 0
        end as due_in,
        dossiers.snapshot_in
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

slot_counts as (
    select
        judgement_no,
        coalesce(place_no, procedure_no) as group_no,
        received_in,
        closed_in,
        due_in,
        snapshot_in,
        count(*) as n
    from dossier_slots
    group by grouping sets (
        (judgement_no, place_no, received_in, closed_in, due_in, snapshot_in),
        (judgement_no, procedure_no, received_in, closed_in, due_in, snapshot_in)
    )
),

outcome_months as (
    select
        numbers.profile,
        slot_counts.group_no,
        numbers.state,
        numbers.outcome,
        slot_counts.received_in,
        slot_counts.closed_in,
        slot_counts.due_in,
        slot_counts.snapshot_in,
        slot_counts.n
    from slot_counts
    inner join numbers on slot_counts.judgement_no = numbers.judgement_no
)

select * from outcome_months
