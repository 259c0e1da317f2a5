-- grain: one row per profile, group, outcome and civil months in which such dossiers moved
-- key: profile, group_no, outcome, received_in, closed_in, ended_in, due_in, snapshot_in
-- reads: counted_dossiers, outcomes
-- promises: n > 0; received_in > 0; snapshot_in > 0
-- What happens to a dossier happens in months (0: not yet): received, resolved or returned (at the
-- snapshot where neither), ended as the profile ends it, fell due. Every counter of a period adds
-- up such rows, so that dossiers are gone through once. Groups are those of count_groups.

with placed as (
    select
        outcomes.profile,
        dossiers.place_no,
        dossiers.procedure_no,
        outcomes.outcome,
        dossiers.received_in,
        dossiers.closed_in,
        case
            when outcomes.ended_at_used is not null
                then month_no(timezone(dossiers.time_zone, outcomes.ended_at_used)::date)
            when outcomes.outcome in ('open_in_time', 'open_overdue', 'unknown') then 0
            else dossiers.snapshot_in
        end as ended_in,
        case
            when outcomes.due_at_used <= dossiers.snapshot_at
                and outcomes.outcome not in ('withdrawn', 'rejected')
                then month_no(timezone(dossiers.time_zone, outcomes.due_at_used)::date)
            else 0
        end as due_in,
        dossiers.snapshot_in
    from counted_dossiers as dossiers
    inner join outcomes on dossiers.dossier_id = outcomes.dossier_id
),

profile_moves as (
    select
        profile,
        coalesce(place_no, procedure_no) as group_no,
        outcome,
        received_in,
        closed_in,
        ended_in,
        due_in,
        snapshot_in,
        count(*) as n
    from placed
    group by grouping sets (
        (profile, place_no, outcome, received_in, closed_in, ended_in, due_in, snapshot_in),
        (profile, procedure_no, outcome, received_in, closed_in, ended_in, due_in, snapshot_in)
    )
)

select * from profile_moves
