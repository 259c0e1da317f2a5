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

members as (
    select basis, group_no, step_code, part, left_out, sum(n)::bigint as n
    from own
    group by basis, group_no, step_code, part, left_out
),

totals as (
    select
        basis,
        group_no,
        step_code,
        part,
        sum(n)::bigint as n,
        (row_number() over (order by basis, group_no, step_code, part))::integer as total_no
    from members
    group by basis, group_no, step_code, part
),

-- only those with enough others are followed class by class; by number, they are many
compared as (
    select
        members.*,
        totals.total_no,
        totals.n - members.n as n_steps,
        (row_number() over (order by totals.total_no, members.left_out))::integer as member_no
    from members
    inner join totals
        on members.basis = totals.basis
        and members.group_no = totals.group_no
        and members.step_code = totals.step_code
        and members.part = totals.part
    cross join cause_limits as limits
    where totals.n - members.n >= limits.fewest_peers
),

together as (
    select
        totals.total_no,
        own.class_no,
        sum(own.n)::integer as n
    from own
    inner join totals
        on own.basis = totals.basis
        and own.group_no = totals.group_no
        and own.step_code = totals.step_code
        and own.part = totals.part
    group by totals.total_no, own.class_no
),

-- the steps of a class that are left when a member's own are taken away
left_over as (
    select
        compared.member_no,
        together.class_no,
        together.n
    from compared
    inner join together on compared.total_no = together.total_no
    union all
    select
        compared.member_no,
        own.class_no,
        -own.n::integer as n
    from compared
    inner join own
        on compared.basis = own.basis
        and compared.group_no = own.group_no
        and compared.step_code = own.step_code
        and compared.part = own.part
        and compared.left_out = own.left_out
),

ranked as (
    select
        member_no,
        class_no,
        sum(n) over (
            partition by member_no
            order by class_no
            range between unbounded preceding and current row
        )::integer as n_up_to
    from left_over
),

reached as (
    select
        ranked.member_no,
        min(ranked.class_no) filter (
            where 100 * ranked.n_up_to >= limits.usual_share * compared.n_steps
        ) as usual_class,
        min(ranked.class_no) filter (
            where 100 * ranked.n_up_to >= limits.long_share * compared.n_steps
        ) as long_class,
        min(ranked.class_no) filter (
            where 100 * ranked.n_up_to >= limits.extreme_share * compared.n_steps
        ) as extreme_class
    from ranked
    inner join compared on ranked.member_no = compared.member_no
    cross join cause_limits as limits
    group by ranked.member_no
),

cause_norms as (
    select
        compared.basis,
        compared.group_no,
        compared.step_code,
        compared.part,
        compared.left_out,
        compared.n_steps,
        (class_floor(reached.usual_class) + class_floor(reached.usual_class + 1))::integer // 2
            as usual_seconds,
        class_floor(reached.long_class + 1)::integer as long_seconds,
        class_floor(reached.extreme_class + 1)::integer as extreme_seconds
    from reached
    inner join compared on reached.member_no = compared.member_no
)

select * from cause_norms
