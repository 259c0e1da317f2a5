-- grain: one row per scenario, unit ('*' all) and period: late dossiers, and those it would save
-- key: scenario, unit_id, period
-- reads: late_dossiers, causes, cause_dossiers, cause_parts, scenarios, periods
-- promises: n_saved between 0 and n_late; n_touched between n_saved and n_late
-- A dossier's own timeline without what the scenario takes away: every transfer beyond the rule
-- (rule), or the time its causes cost beyond norm (shift), is cut out and later steps move forward
-- by as much; saved means it would end in time. Touched dossiers hold any such time. Scenarios
-- about capacity are not shifted: see queue_visits.

with taken as (
    select scenarios.scenario, causes.dossier_id, causes.excess_seconds as seconds
    from scenarios
    inner join causes on list_contains(string_split(scenarios.causes, ' '), causes.cause)
    where scenarios.kind = 'shift'
    union all
    select scenarios.scenario, dossiers.dossier_id, parts.over_rule_seconds as seconds
    from scenarios
    inner join cause_parts as parts
        on scenarios.causes = 'portal_transfer'
        and parts.part = 'transfer'
        and parts.over_rule_seconds > 0
    inner join cause_dossiers as dossiers on parts.dossier_no = dossiers.dossier_no
    where scenarios.kind = 'rule'
),

removed as (
    select scenario, dossier_id, sum(seconds)::bigint as removed_seconds
    from taken
    group by scenario, dossier_id
),

lived as (
    select
        scenarios.scenario,
        late.unit_id,
        late.ended_on,
        removed.dossier_id is not null as is_touched,
        coalesce(removed.removed_seconds >= late.overrun_seconds, false) as is_saved
    from late_dossiers as late
    cross join scenarios
    left join removed
        on late.dossier_id = removed.dossier_id
        and scenarios.scenario = removed.scenario
    where scenarios.kind in ('shift', 'rule')
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
)

select * from whatif_counts
