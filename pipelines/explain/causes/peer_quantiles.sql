-- grain: one row per basis, group, step, part and excluded member: how long the others took
-- key: basis, group_no, step_code, part, excluded_member
-- reads: attributable_time, unspent_steps, atypical_quarters, cause_dossiers, cause_limits
-- promises: basis in ('units', 'quarters', 'terms'); usual_seconds >= 0;
--   long_seconds >= usual_seconds; extreme_seconds >= long_seconds
-- Leave-one-out: each unit or quarter is compared with the others only. units: the same procedure
-- at the other units; quarters: the same procedure in the other quarters, at any unit; terms: all
-- procedures with such a term at the other units, whatever the step's name (step_code 0). A
-- quantile is the shortest duration that the share did not exceed. Steps that could have waited and
-- did not count as zero seconds. Steps of atypical quarters have such quantiles but add nothing to
-- those of others.

with step_times as (
    select
        dossiers.procedure_no,
        dossiers.term_band,
        dossiers.quarter_no,
        parts.step_code,
        parts.part,
        parts.unit_no,
        parts.seconds,
        (atypical.unit_no is null)::integer as n
    from attributable_time as parts
    inner join cause_dossiers as dossiers on parts.dossier_no = dossiers.dossier_no
    left join atypical_quarters as atypical
        on parts.unit_no = atypical.unit_no
        and dossiers.quarter_no = atypical.quarter_no
        and parts.part = atypical.part
    where not dossiers.is_open
        and parts.part <> 'unlogged'
    union all
    select
        unspent.procedure_no,
        unspent.term_band,
        unspent.quarter_no,
        unspent.step_code,
        unspent.part,
        unspent.unit_no,
        0 as seconds,
        if(atypical.unit_no is null, unspent.n_steps, 0) as n
    from unspent_steps as unspent
    left join atypical_quarters as atypical
        on unspent.unit_no = atypical.unit_no
        and unspent.quarter_no = atypical.quarter_no
        and unspent.part = atypical.part
),

at_units as (
    select
        procedure_no,
        step_code,
        part,
        unit_no,
        seconds,
        sum(n)::integer as n
    from step_times
    group by procedure_no, step_code, part, unit_no, seconds
),

unit_sums as (
    select
        procedure_no,
        step_code,
        part,
        unit_no,
        sum(n) as n,
        sum(sum(n)) over (partition by procedure_no, step_code, part) as n_all
    from at_units
    group by procedure_no, step_code, part, unit_no
),

-- wider strata are counted only where some unit has too few peers in the narrow one
thin as (
    select distinct
        unit_sums.procedure_no,
        unit_sums.step_code,
        unit_sums.part
    from unit_sums
    cross join cause_limits as limits
    where unit_sums.n_all - unit_sums.n < limits.fewest_peers
),

thin_steps as (
    select step_times.*
    from step_times
    semi join thin
        on step_times.procedure_no = thin.procedure_no
        and step_times.step_code = thin.step_code
        and step_times.part = thin.part
),

thin_bands as (
    select distinct
        term_band,
        part
    from thin_steps
),

duration_counts as (
    select
        'units' as basis,
        procedure_no as group_no,
        step_code,
        part,
        unit_no as excluded_member,
        seconds,
        n
    from at_units
    union all
    select
        'quarters' as basis,
        procedure_no as group_no,
        step_code,
        part,
        quarter_no as excluded_member,
        seconds,
        sum(n)::integer as n
    from thin_steps
    group by procedure_no, step_code, part, quarter_no, seconds
    union all
    select
        'terms' as basis,
        step_times.term_band as group_no,
        0 as step_code,
        step_times.part,
        step_times.unit_no as excluded_member,
        step_times.seconds,
        sum(step_times.n)::integer as n
    from step_times
    semi join thin_bands
        on step_times.term_band = thin_bands.term_band
        and step_times.part = thin_bands.part
    group by step_times.term_band, step_times.part, step_times.unit_no, step_times.seconds
),

totals as (
    select
        basis,
        group_no,
        step_code,
        part,
        sum(n)::bigint as n,
        (row_number() over (order by basis, group_no, step_code, part))::integer as total_no
    from duration_counts
    group by basis, group_no, step_code, part
),

-- numbers instead of names: there are many rows
member_durations as (
    select
        totals.total_no,
        duration_counts.excluded_member,
        duration_counts.seconds,
        duration_counts.n
    from duration_counts
    inner join totals
        on duration_counts.basis = totals.basis
        and duration_counts.group_no = totals.group_no
        and duration_counts.step_code = totals.step_code
        and duration_counts.part = totals.part
),

durations as (
    select total_no, seconds, sum(n)::integer as n
    from member_durations
    group by total_no, seconds
),

cumulative as (
    select
        *,
        (sum(n) over (partition by total_no order by seconds))::integer as n_up_to
    from durations
),

-- a duration of no step has the sum of the one before it, and would be as near to what is sought
distinct_sums as (
    select *
    from cumulative
    where n > 0
),

members as (
    select total_no, excluded_member, sum(n)::integer as n
    from member_durations
    group by total_no, excluded_member
),

-- only those with enough others
targets as (
    select
        totals.*,
        members.excluded_member,
        totals.n - members.n as n_steps,
        (limits.usual_share * (totals.n - members.n) + 99) // 100 as n_usual,
        (limits.long_share * (totals.n - members.n) + 99) // 100 as n_long,
        (limits.extreme_share * (totals.n - members.n) + 99) // 100 as n_extreme
    from members
    inner join totals on members.total_no = totals.total_no
    cross join cause_limits as limits
    where totals.n - members.n >= limits.fewest_peers
),

member_sums as (
    select
        *,
        (sum(n) over (partition by total_no, excluded_member order by seconds))::integer as n_own
    from member_durations
),

-- how many steps of the others are shorter than each duration of the member
ranks as (
    select
        member_sums.total_no,
        member_sums.excluded_member,
        member_sums.seconds,
        member_sums.n_own,
        cumulative.n_up_to - cumulative.n - member_sums.n_own + member_sums.n as n_below
    from member_sums
    inner join cumulative
        on member_sums.total_no = cumulative.total_no
        and member_sums.seconds = cumulative.seconds
),

-- between two durations of the member its own count is constant, so the steps of all are counted
-- there; the quantile lies after the last duration with too few steps below it
bounds as (
    select
        targets.total_no,
        targets.excluded_member,
        max(case when ranks.n_below < targets.n_usual then ranks.seconds end) as usual_from,
        max(case when ranks.n_below < targets.n_usual then ranks.n_own end) as usual_own,
        max(case when ranks.n_below < targets.n_long then ranks.seconds end) as long_from,
        max(case when ranks.n_below < targets.n_long then ranks.n_own end) as long_own,
        max(case when ranks.n_below < targets.n_extreme then ranks.seconds end)
            as extreme_from,
        max(case when ranks.n_below < targets.n_extreme then ranks.n_own end) as extreme_own
    from ranks
    inner join targets
        on ranks.total_no = targets.total_no
        and ranks.excluded_member = targets.excluded_member
    group by targets.total_no, targets.excluded_member
),

windows as (
    select
        targets.*,
        targets.n_usual + coalesce(bounds.usual_own, 0) as usual_reach,
        targets.n_long + coalesce(bounds.long_own, 0) as long_reach,
        targets.n_extreme + coalesce(bounds.extreme_own, 0) as extreme_reach,
        coalesce(bounds.usual_from, 0) as usual_from,
        coalesce(bounds.long_from, 0) as long_from,
        coalesce(bounds.extreme_from, 0) as extreme_from
    from targets
    inner join bounds
        on targets.total_no = bounds.total_no
        and targets.excluded_member = bounds.excluded_member
),

quantiles as (
    select
        windows.*,
        greatest(usual.seconds, windows.usual_from) as usual_seconds,
        greatest(long.seconds, windows.long_from) as long_seconds,
        greatest(extreme.seconds, windows.extreme_from) as extreme_seconds
    from windows
    asof inner join distinct_sums as usual
        on windows.total_no = usual.total_no
        and windows.usual_reach <= usual.n_up_to
    asof inner join distinct_sums as long
        on windows.total_no = long.total_no
        and windows.long_reach <= long.n_up_to
    asof inner join distinct_sums as extreme
        on windows.total_no = extreme.total_no
        and windows.extreme_reach <= extreme.n_up_to
),

peer_quantiles as (
    select
        basis,
        group_no,
        step_code,
        part,
        excluded_member,
        n_steps,
        usual_seconds,
        long_seconds,
        extreme_seconds
    from quantiles
)

select * from peer_quantiles
