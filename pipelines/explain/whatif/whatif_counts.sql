-- grain: one row per scenario, unit ('*' all) and period: late dossiers, and those it would save
-- key: scenario, unit_id, period
-- reads: late_dossiers, causes, scenarios, periods, observable_causes
-- promises: n_saved between 0 and n_late; n_touched between n_saved and n_late
-- The dossier's own timeline without the excess time of the scenario's causes: that time is removed
-- and later steps start earlier by as much; saved: it would end early or on time. Touched dossiers
-- have any such time. The transfer-rule and capacity scenarios are
-- re-run, not shifted: see transfer_delays and queue_visits. No row where none of the
-- scenario's causes is observable: missing evidence is not zero.

with shifts as (
    select
        scenario,
        string_split(causes, ' ') as causes
    from scenarios
    where kind = 'shift'
),

observable_scenarios as (
    select distinct
        shifts.scenario,
        observable_causes.unit_id,
        observable_causes.period
    from observable_causes
    inner join shifts on list_contains(shifts.causes, observable_causes.cause)
),

late_counts as (
    select
        case when grouping(late.unit_id) = 0 then late.unit_id else '*' end as unit_id,
        periods.period,
        count(*) as n_late
    from late_dossiers as late
    inner join periods
        on late.ended_on >= periods.starts_on
        and late.ended_on <= periods.ends_on
    group by grouping sets ((periods.period), (periods.period, late.unit_id))
),

removed_time as (
    select
        shifts.scenario,
        causes.dossier_id,
        sum(causes.excess_seconds)::bigint as removed_seconds
    from causes
    inner join shifts on list_contains(shifts.causes, causes.cause)
    group by shifts.scenario, causes.dossier_id
),

touched_days as (
    select
        removed_time.scenario,
        late.unit_id,
        late.ended_on,
        count(*) as n_touched,
        count(*) filter (where removed_time.removed_seconds >= late.overrun_seconds) as n_saved
    from removed_time
    inner join late_dossiers as late on removed_time.dossier_id = late.dossier_id
    group by removed_time.scenario, late.unit_id, late.ended_on
),

touched_counts as (
    select
        days.scenario,
        case when grouping(days.unit_id) = 0 then days.unit_id else '*' end as unit_id,
        periods.period,
        sum(days.n_touched)::bigint as n_touched,
        sum(days.n_saved)::bigint as n_saved
    from touched_days as days
    inner join periods
        on days.ended_on >= periods.starts_on
        and days.ended_on <= periods.ends_on
    group by grouping sets (
        (days.scenario, periods.period),
        (days.scenario, periods.period, days.unit_id)
    )
),

whatif_counts as (
    select
        observable_scenarios.scenario,
        late.unit_id,
        late.period,
        late.n_late,
        coalesce(touched.n_touched, 0) as n_touched,
        coalesce(touched.n_saved, 0) as n_saved
    from late_counts as late
    inner join observable_scenarios
        on late.unit_id = observable_scenarios.unit_id
        and late.period = observable_scenarios.period
    left join touched_counts as touched
        on observable_scenarios.scenario = touched.scenario
        and late.unit_id = touched.unit_id
        and late.period = touched.period
)

select * from whatif_counts
