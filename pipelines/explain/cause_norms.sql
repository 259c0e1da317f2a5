-- grain: one row per kind of work, step, part and unit: how long the others took
-- key: group_no, step_code, part, unit_no
-- reads: cause_parts, cause_dossiers, cause_limits
-- promises: usual_seconds >= 0; long_seconds >= usual_seconds; extreme_seconds >= long_seconds
-- A unit is never measured by itself. group_no is the procedure; where too few steps of it are
-- known elsewhere, minus the length of the term stands for it (of all procedures, and step_code 0).

with counted as (
    select
        dossiers.procedure_no,
        dossiers.size_no,
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
        dossiers.procedure_no, dossiers.size_no, parts.step_code, parts.part, parts.unit_no,
        time_class(parts.seconds)::integer
),

by_unit as (
    select procedure_no as group_no, step_code, part, unit_no, class_no, sum(n)::bigint as n
    from counted
    group by procedure_no, step_code, part, unit_no, class_no
    union all
    select -size_no as group_no, 0 as step_code, part, unit_no, class_no, sum(n)::bigint as n
    from counted
    group by size_no, part, unit_no, class_no
),

together as (
    select group_no, step_code, part, class_no, sum(n)::bigint as n
    from by_unit
    group by group_no, step_code, part, class_no
),

units as (
    select group_no, step_code, part, unit_no
    from by_unit
    group by group_no, step_code, part, unit_no
),

elsewhere as (
    select
        units.group_no,
        units.step_code,
        units.part,
        units.unit_no,
        together.class_no,
        together.n - coalesce(by_unit.n, 0) as n
    from units
    inner join together
        on units.group_no = together.group_no
        and units.step_code = together.step_code
        and units.part = together.part
    left join by_unit
        on units.group_no = by_unit.group_no
        and units.step_code = by_unit.step_code
        and units.part = by_unit.part
        and units.unit_no = by_unit.unit_no
        and together.class_no = by_unit.class_no
),

ranked as (
    select
        *,
        sum(n) over (
            partition by group_no, step_code, part, unit_no
            order by class_no
            rows between unbounded preceding and current row
        )::bigint as n_up_to,
        sum(n) over (partition by group_no, step_code, part, unit_no)::bigint as n_steps
    from elsewhere
),

reached as (
    select
        ranked.group_no,
        ranked.step_code,
        ranked.part,
        ranked.unit_no,
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
    where ranked.n_steps >= limits.fewest_peers
    group by ranked.group_no, ranked.step_code, ranked.part, ranked.unit_no
),

cause_norms as (
    select
        group_no,
        step_code,
        part,
        unit_no,
        n_steps,
        (class_floor(usual_class) + class_floor(usual_class + 1))::integer // 2 as usual_seconds,
        class_floor(long_class + 1)::integer as long_seconds,
        class_floor(extreme_class + 1)::integer as extreme_seconds
    from reached
)

select * from cause_norms
