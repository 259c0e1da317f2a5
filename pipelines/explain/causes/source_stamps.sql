-- grain: one row per source: how many steps of its ended dossiers have each stamp
-- key: source
-- reads: dossiers, steps
-- promises: n_arrived between 0 and n_steps; n_started between 0 and n_steps;
--   n_finished between 0 and n_steps; n_logged between 0 and n_dossiers
-- Which causes an export distinguishes depends on them (column needs of causes.csv). Dossiers
-- still open have steps without an end, whatever the export: they are left out.

with ended_dossiers as (
    select
        dossier_id,
        source
    from dossiers
    where resolved_at is not null
),

logged_steps as (
    select
        dossier_id,
        count(*) as n_steps,
        count(arrived_at) as n_arrived,
        count(started_at) as n_started,
        count(finished_at) as n_finished
    from steps
    group by dossier_id
),

source_stamps as (
    select
        ended_dossiers.source,
        count(*) as n_dossiers,
        count(logged_steps.dossier_id) as n_logged,
        coalesce(sum(logged_steps.n_steps), 0)::bigint as n_steps,
        coalesce(sum(logged_steps.n_arrived), 0)::bigint as n_arrived,
        coalesce(sum(logged_steps.n_started), 0)::bigint as n_started,
        coalesce(sum(logged_steps.n_finished), 0)::bigint as n_finished
    from ended_dossiers
    left join logged_steps on ended_dossiers.dossier_id = logged_steps.dossier_id
    group by ended_dossiers.source
)

select * from source_stamps
