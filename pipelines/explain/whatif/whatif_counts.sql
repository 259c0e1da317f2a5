-- grain: one row per scenario, unit ('*' all) and period: late dossiers, and those it would save
-- key: scenario, unit_id, period
-- reads: late_dossiers, causes, cause_list, cause_dossiers, cause_counterfactuals, scenarios,
--   periods, observable_causes
-- promises: n_saved between n_least and n_most; n_least >= 0; n_most <= n_touched;
--   n_touched <= n_late
-- The dossier's own timeline without the excess time of the scenario's causes: that time is removed
-- and later steps start earlier by as much; it would end early or on time. Touched dossiers
-- have any such time. A unit is asked to be as the others: where waits vary, they have such
-- dossiers too, and as many as theirs are taken off: those that it alone made late more than
-- any other cause did, or a unit sick otherwise would count (a wrong due date is no such time). The
-- ordinary time of a single dossier is not known either, only how it varies: n_least are saved
-- whatever it was, n_most by some of it (is_doubtful) and with none taken off.
-- All units together are the sum. The transfer-rule and capacity scenarios are
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
        sum(causes.excess_seconds)::bigint as removed_seconds,
        coalesce(bool_or(counterfactuals.is_doubtful), false) as is_doubtful,
        bool_or(cause_list.parts[1] <> '') as has_usual
    from causes
    inner join shifts on list_contains(shifts.causes, causes.cause)
    inner join cause_list on causes.cause = cause_list.cause
    inner join cause_dossiers as dossiers on causes.dossier_id = dossiers.dossier_id
    left join cause_counterfactuals as counterfactuals
        on dossiers.dossier_no = counterfactuals.dossier_no
        and causes.cause = counterfactuals.cause
    group by shifts.scenario, causes.dossier_id
),

touched_days as (
    select
        removed_time.scenario,
        late.unit_id,
        late.ended_on,
        count(*) as n_touched,
        count(*) filter (
            where removed_time.removed_seconds >= late.overrun_seconds
                and not removed_time.is_doubtful
        ) as n_least,
        count(*) filter (where removed_time.removed_seconds >= late.overrun_seconds) as n_own,
        count(*) filter (
            where removed_time.removed_seconds >= late.overrun_seconds
                or removed_time.is_doubtful
        ) as n_most,
        count(*) filter (
            where removed_time.removed_seconds >= late.overrun_seconds
                and removed_time.has_usual
                and list_contains(shifts.causes, late.dominant_cause)
        ) as n_usual
    from removed_time
    inner join shifts on removed_time.scenario = shifts.scenario
    inner join late_dossiers as late on removed_time.dossier_id = late.dossier_id
    group by removed_time.scenario, late.unit_id, late.ended_on
),

judged_counts as (
    select
        dossiers.unit_id,
        periods.period,
        count(*) as n_judged,
        sum(count(*)) over (partition by periods.period) as n_everywhere
    from cause_dossiers as dossiers
    inner join periods
        on dossiers.ended_on >= periods.starts_on
        and dossiers.ended_on <= periods.ends_on
    group by dossiers.unit_id, periods.period
),

unit_counts as (
    select
        days.scenario,
        days.unit_id,
        periods.period,
        sum(days.n_touched) as n_touched,
        sum(days.n_least) as n_least,
        sum(days.n_own) as n_own,
        sum(days.n_most) as n_most,
        sum(days.n_usual) as n_usual
    from touched_days as days
    inner join periods
        on days.ended_on >= periods.starts_on
        and days.ended_on <= periods.ends_on
    group by days.scenario, days.unit_id, periods.period
),

beside_others as (
    select
        unit_counts.* exclude (n_usual),
        coalesce(
            (sum(unit_counts.n_usual) over (partition by unit_counts.scenario, unit_counts.period)
            - unit_counts.n_usual)
            * judged_counts.n_judged
            / nullif(judged_counts.n_everywhere - judged_counts.n_judged, 0),
            0
        ) as n_usual
    from unit_counts
    inner join judged_counts
        on unit_counts.unit_id = judged_counts.unit_id
        and unit_counts.period = judged_counts.period
),

touched_counts as (
    select
        scenario,
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        period,
        sum(n_touched)::bigint as n_touched,
        sum(greatest(n_least - ceil(n_usual), 0))::bigint as n_least,
        sum(greatest(n_own - round(n_usual), 0))::bigint as n_saved,
        sum(n_most)::bigint as n_most
    from beside_others
    group by grouping sets ((scenario, period), (scenario, period, unit_id))
),

whatif_counts as (
    select
        observable_scenarios.scenario,
        late.unit_id,
        late.period,
        late.n_late,
        coalesce(touched.n_touched, 0) as n_touched,
        coalesce(touched.n_least, 0) as n_least,
        coalesce(touched.n_saved, 0) as n_saved,
        coalesce(touched.n_most, 0) as n_most
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
