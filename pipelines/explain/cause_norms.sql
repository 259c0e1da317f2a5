-- grain: one row per basis, group, step, part and what is left out: how long the others took
-- key: basis, group_no, step_code, part, left_out
-- reads: cause_parts, cause_dossiers, cause_limits
-- promises: basis in ('units', 'quarters', 'terms'); usual_seconds >= 0;
--   long_seconds >= usual_seconds; extreme_seconds >= long_seconds
-- Nothing is measured by itself. units: the same procedure at the other units; quarters: the same
-- procedure in the other quarters, wherever; terms: all procedures with such a term at the other
-- units, whatever the step's name (step_code 0).

with counted as (
    select
        dossiers.procedure_no,
        dossiers.size_no,
        dossiers.quarter_no,
        parts.step_code,
        parts.part,
        parts.unit_no,
        time_class(parts.seconds)::integer as class_no,
        count(*) as n
    from cause_parts as parts
    inner join cause_dossiers as dossiers on parts.dossier_no = dossiers.dossier_no
    where not dossiers.is_open
        and parts.part <> 'unlogged'
    group by
        dossiers.procedure_no,
        dossiers.size_no,
        dossiers.quarter_no,
        parts.step_code,
        parts.part,
        parts.unit_no,
        time_class(parts.seconds)::integer
),

own as (
    select
        'units' as basis, procedure_no as group_no, step_code, part, unit_no as left_out, class_no,
        sum(n)::bigint as n
    from counted
    group by procedure_no, step_code, part, unit_no, class_no
    union all
    select
        'quarters' as basis, procedure_no as group_no, step_code, part, quarter_no as left_out,
        class_no, sum(n)::bigint as n
    from counted
    group by procedure_no, step_code, part, quarter_no, class_no
    union all
    select
        'terms' as basis, size_no as group_no, 0 as step_code, part, unit_no as left_out, class_no,
        sum(n)::bigint as n
    from counted
    group by size_no, part, unit_no, class_no
),

together as (
    select basis, group_no, step_code, part, class_no, sum(n)::bigint as n
    from own
    group by basis, group_no, step_code, part, class_no
),

members as (
    select basis, group_no, step_code, part, left_out, sum(n)::bigint as n
    from own
    group by basis, group_no, step_code, part, left_out
),

totals as (
    select basis, group_no, step_code, part, sum(n)::bigint as n
    from members
    group by basis, group_no, step_code, part
),

-- only those with enough others are followed class by class
compared as (
    select
        members.basis,
        members.group_no,
        members.step_code,
        members.part,
        members.left_out,
        totals.n - members.n as n_steps
    from members
    inner join totals
        on members.basis = totals.basis
        and members.group_no = totals.group_no
        and members.step_code = totals.step_code
        and members.part = totals.part
    cross join cause_limits as limits
    where totals.n - members.n >= limits.fewest_peers
),

ranked as (
    select
        compared.*,
        together.class_no,
        sum(together.n - coalesce(own.n, 0)) over (
            partition by
                compared.basis,
                compared.group_no,
                compared.step_code,
                compared.part,
                compared.left_out
            order by together.class_no
            rows between unbounded preceding and current row
        )::bigint as n_up_to
    from compared
    inner join together
        on compared.basis = together.basis
        and compared.group_no = together.group_no
        and compared.step_code = together.step_code
        and compared.part = together.part
    left join own
        on compared.basis = own.basis
        and compared.group_no = own.group_no
        and compared.step_code = own.step_code
        and compared.part = own.part
        and compared.left_out = own.left_out
        and together.class_no = own.class_no
),

reached as (
    select
        ranked.basis,
        ranked.group_no,
        ranked.step_code,
        ranked.part,
        ranked.left_out,
        max(ranked.n_steps) as n_steps,
        min(
            case
                when 100 * ranked.n_up_to >= limits.usual_share * ranked.n_steps
                    then ranked.class_no
            end
        ) as usual_class,
        min(
            case
                when 100 * ranked.n_up_to >= limits.long_share * ranked.n_steps
                    then ranked.class_no
            end
        ) as long_class,
        min(
            case
                when 100 * ranked.n_up_to >= limits.extreme_share * ranked.n_steps
                    then ranked.class_no
            end
        ) as extreme_class
    from ranked
    cross join cause_limits as limits
    group by
        ranked.basis, ranked.group_no, ranked.step_code, ranked.part, ranked.left_out
),

cause_norms as (
    select
        basis,
        group_no,
        step_code,
        part,
        left_out,
        n_steps,
        (class_floor(usual_class) + class_floor(usual_class + 1))::integer // 2 as usual_seconds,
        class_floor(long_class + 1)::integer as long_seconds,
        class_floor(extreme_class + 1)::integer as extreme_seconds
    from reached
)

select * from cause_norms
