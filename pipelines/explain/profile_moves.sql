-- grain: one row per profile, group, outcome and civil months in which such dossiers moved
-- key: profile, unit_id, procedure_id, channel_in, outcome, received_in, closed_in, ended_in, due_in,
--   snapshot_in
-- reads: dossiers, outcomes
-- promises: n > 0; received_in > 0; snapshot_in > 0
-- What happens to a dossier happens in months (twelve times the year, and the month; 0: not yet):
-- received, resolved or returned (at the snapshot where neither), ended as the profile ends it,
-- fell due. Groups are unit and channel, and procedure; '*' stands for all values together. Every
-- counter of a period adds up such rows, so that dossiers are gone through once.

with months as (
    select
        dossier_id,
        unit_id,
        coalesce(procedure_id, 'unknown') as procedure_id,
        coalesce(channel_in, 'other') as channel_in,
        time_zone,
        snapshot_at,
        month_no(received_on) as received_in,
        month_no(timezone(time_zone, coalesce(resolved_at, returned_at, snapshot_at))::date)
            as closed_in,
        month_no(timezone(time_zone, snapshot_at)::date) as snapshot_in
    from dossiers
),

placed as (
    select
        outcomes.profile,
        months.unit_id,
        months.procedure_id,
        months.channel_in,
        outcomes.outcome,
        months.received_in,
        months.closed_in,
        case
            when outcomes.ended_at_used is not null
                then month_no(timezone(months.time_zone, outcomes.ended_at_used)::date)
            when outcomes.outcome in ('open_in_time', 'open_overdue', 'unknown') then 0
            else months.snapshot_in
        end as ended_in,
        case
            when outcomes.due_at_used <= months.snapshot_at
                and outcomes.outcome not in ('withdrawn', 'rejected')
                then month_no(timezone(months.time_zone, outcomes.due_at_used)::date)
            else 0
        end as due_in,
        months.snapshot_in
    from months
    inner join outcomes on months.dossier_id = outcomes.dossier_id
),

profile_moves as (
    select
        profile,
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        case when grouping(procedure_id) = 0 then procedure_id else '*' end as procedure_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        outcome,
        received_in,
        closed_in,
        ended_in,
        due_in,
        snapshot_in,
        count(*) as n
    from placed
    group by grouping sets (
        (
            profile, unit_id, channel_in, outcome, received_in, closed_in, ended_in, due_in,
            snapshot_in
        ),
        (profile, procedure_id, outcome, received_in, closed_in, ended_in, due_in, snapshot_in)
    )
)

select * from profile_moves
