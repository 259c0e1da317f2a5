-- grain: one row per basis, group, step, part and what is left out: how long the others took
-- key: basis, group_no, step_code, part, excluded_member
-- reads: attributable_time, unspent_steps, cause_dossiers, cause_limits
-- promises: basis in ('units', 'quarters', 'terms'); usual_seconds >= 0;
--   long_seconds >= usual_seconds; extreme_seconds >= long_seconds
-- Nothing is measured by itself. units: the same procedure at the other units; quarters: the same
-- procedure in the other quarters, wherever; terms: all procedures with such a term at the other
-- units, whatever the step's name (step_code 0). Exact quantiles: the shortest duration that the
-- share asked for did not pass. Steps that could have waited and did not count as zero seconds.

with taken as (
    select
        dossiers.procedure_no,
        dossiers.term_band,
        dossiers.quarter_no,
        parts.step_code,
        parts.part,
        parts.unit_no,
        parts.seconds,
        1 as n
    from attributable_time as parts
    inner join cause_dossiers as dossiers on parts.dossier_no = dossiers.dossier_no
    where not dossiers.is_open
        and parts.part <> 'unlogged'
    union all
    select
        procedure_no,
        term_band,
        quarter_no,
        step_code,
        part,
        unit_no,
        0 as seconds,
        n_steps as n
    from unspent_steps
),

at_units as (
    select
        procedure_no,
        step_code,
        part,
        unit_no,
        seconds,
        sum(n)::integer as n
    from taken
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
    select taken.*
    from taken
    semi join thin
        on taken.procedure_no = thin.procedure_no
        and taken.step_code = thin.step_code
        and taken.part = thin.part
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
        taken.term_band as group_no,
        0 as step_code,
        taken.part,
        taken.unit_no as excluded_member,
        taken.seconds,
        sum(taken.n)::integer as n
    from taken
    semi join thin_bands
        on taken.term_band = thin_bands.term_band
        and taken.part = thin_bands.part
    group by taken.term_band, taken.part, taken.unit_no, taken.seconds
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

-- by number, they are many
own as (
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
    from own
    group by total_no, seconds
),

together as (
    select
        *,
        (sum(n) over (partition by total_no order by seconds))::integer as n_up_to
    from durations
),

members as (
    select total_no, excluded_member, sum(n)::integer as n
    from own
    group by total_no, excluded_member
),

-- only those with enough others
compared as (
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

summed as (
    select
        *,
        (sum(n) over (partition by total_no, excluded_member order by seconds))::integer as n_own
    from own
),

-- how many steps of the others lie below each duration of a member's own
placed as (
    select
        summed.total_no,
        summed.excluded_member,
        summed.seconds,
        summed.n_own,
        together.n_up_to - together.n - summed.n_own + summed.n as n_below
    from summed
    inner join together
        on summed.total_no = together.total_no
        and summed.seconds = together.seconds
),

-- between two durations of its own the steps of all are counted: what is its own does not change
-- there, and the one sought lies after the last one with too few below it
begun as (
    select
        compared.total_no,
        compared.excluded_member,
        max(case when placed.n_below < compared.n_usual then placed.seconds end) as usual_from,
        max(case when placed.n_below < compared.n_usual then placed.n_own end) as usual_own,
        max(case when placed.n_below < compared.n_long then placed.seconds end) as long_from,
        max(case when placed.n_below < compared.n_long then placed.n_own end) as long_own,
        max(case when placed.n_below < compared.n_extreme then placed.seconds end)
            as extreme_from,
        max(case when placed.n_below < compared.n_extreme then placed.n_own end) as extreme_own
    from placed
    inner join compared
        on placed.total_no = compared.total_no
        and placed.excluded_member = compared.excluded_member
    group by compared.total_no, compared.excluded_member
),

sought as (
    select
        compared.*,
        compared.n_usual + coalesce(begun.usual_own, 0) as usual_reach,
        compared.n_long + coalesce(begun.long_own, 0) as long_reach,
        compared.n_extreme + coalesce(begun.extreme_own, 0) as extreme_reach,
        coalesce(begun.usual_from, 0) as usual_from,
        coalesce(begun.long_from, 0) as long_from,
        coalesce(begun.extreme_from, 0) as extreme_from
    from compared
    inner join begun
        on compared.total_no = begun.total_no
        and compared.excluded_member = begun.excluded_member
),

reached as (
    select
        sought.*,
        greatest(usual.seconds, sought.usual_from) as usual_seconds,
        greatest(long.seconds, sought.long_from) as long_seconds,
        greatest(extreme.seconds, sought.extreme_from) as extreme_seconds
    from sought
    asof inner join together as usual
        on sought.total_no = usual.total_no
        and sought.usual_reach <= usual.n_up_to
    asof inner join together as long
        on sought.total_no = long.total_no
        and sought.long_reach <= long.n_up_to
    asof inner join together as extreme
        on sought.total_no = extreme.total_no
        and sought.extreme_reach <= extreme.n_up_to
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
    from reached
)

select * from peer_quantiles
