-- grain: one row per scenario, unit ('*' all) and period: late dossiers, and those it would save
-- key: scenario, unit_id, period
-- reads: late_dossiers, causes, scenarios, periods, transfer_cuts
-- promises: n_saved between 0 and n_late; n_touched between n_saved and n_late
-- A dossier's own timeline without what the scenario takes away: the time its causes cost beyond
-- norm (shift) is cut out and later steps move forward by as much; saved means it would end in
-- time. Touched dossiers hold any such time. Transfers by the rule and capacity are not shifted
-- but lived again: see transfer_cuts and queue_visits. About transfers there is no row where the
-- log says of no late dossier how long one took: nothing found there is no zero.

with removed as (
    select
        scenarios.scenario,
        causes.dossier_id,
        sum(causes.excess_seconds)::bigint as removed_seconds
    from scenarios
    inner join causes on list_contains(string_split(scenarios.causes, ' '), causes.cause)
    where scenarios.kind = 'shift'
    group by scenarios.scenario, causes.dossier_id
),

told as (
    select distinct dossier_id
    from transfer_cuts
),

lived as (
    select
        scenarios.scenario,
        late.unit_id,
        late.ended_on,
        told.dossier_id is not null
        or not list_contains(string_split(scenarios.causes, ' '), 'portal_transfer') as is_told,
        removed.dossier_id is not null as is_touched,
        coalesce(removed.removed_seconds >= late.overrun_seconds, false) as is_saved
    from late_dossiers as late
    cross join scenarios
    left join removed
        on late.dossier_id = removed.dossier_id
        and scenarios.scenario = removed.scenario
    left join told
        on late.dossier_id = told.dossier_id
    where scenarios.kind = 'shift'
),

whatif_counts as (
    select
        lived.scenario,
        case when grouping(lived.unit_id) = 0 then lived.unit_id else '*' end as unit_id,
        periods.period,
        count(*) as n_late,
        count(*) filter (where lived.is_touched) as n_touched,
        count(*) filter (where lived.is_saved) as n_saved
    from lived
    inner join periods
        on lived.ended_on >= periods.starts_on
        and lived.ended_on <= periods.ends_on
    group by grouping sets (
        (lived.scenario, periods.period),
        (lived.scenario, periods.period, lived.unit_id)
    )
    having bool_or(lived.is_told)
)

select * from whatif_counts
