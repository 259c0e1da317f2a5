-- grain: one row per basis, group, step, part and what is left out: how long the others took
-- key: basis, group_no, step_code, part, excluded_member
-- reads: attributable_time, cause_dossiers, cause_limits
-- promises: basis in ('units', 'quarters', 'terms'); usual_seconds >= 0;
--   long_seconds >= usual_seconds; extreme_seconds >= long_seconds
-- Nothing is measured by itself. units: the same procedure at the other units; quarters: the same
-- procedure in the other quarters, wherever; terms: all procedures with such a term at the other
-- units, whatever the step's name (step_code 0).

with taken as (
    select
        dossiers.procedure_no,
        dossiers.term_band,
        dossiers.quarter_no,
        parts.step_code,
        parts.part,
        parts.unit_no,
        time_class(parts.seconds)::integer as class_no
    from attributable_time as parts
    inner join cause_dossiers as dossiers on parts.dossier_no = dossiers.dossier_no
    where not dossiers.is_open
        and parts.part <> 'unlogged'
),

counted as (
    select
        case
            when grouping(quarter_no) = 0 then 'quarters'
            when grouping(term_band) = 0 then 'terms'
            else 'units'
        end as basis,
        coalesce(procedure_no, term_band) as group_no,
        coalesce(step_code, 0) as step_code,
        part,
        coalesce(unit_no, quarter_no) as excluded_member,
        class_no,
        count(*)::integer as n
    from taken
    group by grouping sets (
        (procedure_no, step_code, part, unit_no, class_no),
        (procedure_no, step_code, part, quarter_no, class_no),
        (term_band, part, unit_no, class_no)
    )
),

totals as (
    select
        basis,
        group_no,
        step_code,
        part,
        sum(n)::bigint as n,
        (row_number() over (order by basis, group_no, step_code, part))::integer as total_no
    from counted
    group by basis, group_no, step_code, part
),

-- by number, they are many
own as (
    select
        totals.total_no,
        counted.excluded_member,
        counted.class_no,
        counted.n
    from counted
    inner join totals
        on counted.basis = totals.basis
        and counted.group_no = totals.group_no
        and counted.step_code = totals.step_code
        and counted.part = totals.part
),

classes as (
    select total_no, class_no, sum(n)::integer as n
    from own
    group by total_no, class_no
),

together as (
    select
        *,
        (sum(n) over (partition by total_no order by class_no))::integer as n_up_to
    from classes
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
        (sum(n) over (partition by total_no, excluded_member order by class_no))::integer as n_own
    from own
),

-- how many steps of the others lie below each class of a member's own
placed as (
    select
        summed.total_no,
        summed.excluded_member,
        summed.class_no,
        summed.n_own,
        together.n_up_to - together.n - summed.n_own + summed.n as n_below
    from summed
    inner join together
        on summed.total_no = together.total_no
        and summed.class_no = together.class_no
),

-- between two classes of its own the steps of all are counted: what is its own does not change
-- there, and the class sought lies after the last one with too few below it
begun as (
    select
        compared.total_no,
        compared.excluded_member,
        max(case when placed.n_below < compared.n_usual then placed.class_no end) as usual_from,
        max(case when placed.n_below < compared.n_usual then placed.n_own end) as usual_own,
        max(case when placed.n_below < compared.n_long then placed.class_no end) as long_from,
        max(case when placed.n_below < compared.n_long then placed.n_own end) as long_own,
        max(case when placed.n_below < compared.n_extreme then placed.class_no end)
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
        greatest(usual.class_no, sought.usual_from) as usual_class,
        greatest(long.class_no, sought.long_from) as long_class,
        greatest(extreme.class_no, sought.extreme_from) as extreme_class
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
        (class_floor(usual_class) + class_floor(usual_class + 1))::integer // 2 as usual_seconds,
        class_floor(long_class + 1)::integer as long_seconds,
        class_floor(extreme_class + 1)::integer as extreme_seconds
    from reached
)

select * from peer_quantiles
