-- grain: one row per accepted step of a dossier whose log does not number its steps uniquely
-- key: row_id
-- reads: parsed_steps, excluded_steps, step_pairs
-- promises: step_no >= 1
-- Such steps are numbered by their stamps, and by their row where stamps tie. A bit mask shows that
-- numbers up to 62 are unique; only the other dossiers are counted.

with kept_steps as (
    select
        steps.dossier_id,
        steps.logged_no
    from parsed_steps as steps
    anti join excluded_steps on steps.row_id = excluded_steps.row_id
),

doubtful as (
    select dossier_id
    from kept_steps
    group by dossier_id
    having
        count(*)
        <> bit_count(bit_or(case when logged_no between 1 and 62 then 1::bigint << logged_no end))
        or count(logged_no) = 0
),

unnumbered_dossiers as (
    select kept_steps.dossier_id
    from kept_steps
    semi join doubtful on kept_steps.dossier_id = doubtful.dossier_id
    group by kept_steps.dossier_id
    having
        not coalesce(
            count(distinct kept_steps.logged_no) = count(*) and min(kept_steps.logged_no) >= 1,
            false
        )
),

stamped_steps as (
    select
        steps.row_id,
        steps.dossier_id,
        coalesce(steps.arrived_at, pairs.arrived_at) as arrived_at,
        coalesce(steps.started_at, pairs.started_at) as started_at,
        steps.finished_at
    from parsed_steps as steps
    semi join unnumbered_dossiers on steps.dossier_id = unnumbered_dossiers.dossier_id
    anti join excluded_steps on steps.row_id = excluded_steps.row_id
    left join step_pairs as pairs on steps.row_id = pairs.row_id
),

step_numbers as (
    select
        row_id,
        row_number() over (
            partition by dossier_id
            order by
                coalesce(arrived_at, started_at, finished_at) nulls last,
                finished_at nulls last,
                row_id
        )::integer as step_no
    from stamped_steps
)

select * from step_numbers
