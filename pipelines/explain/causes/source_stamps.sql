-- grain: one row per source: how many steps of its ended dossiers have each stamp, and a holder
-- key: source
-- reads: dossiers, steps
-- promises: n_arrived between 0 and n_steps; n_started between 0 and n_steps;
--   n_finished between 0 and n_steps; n_logged between 0 and n_dossiers;
--   n_with_holder between 0 and n_works; n_works <= n_steps
-- Which causes an export distinguishes depends on them (column needs of causes.csv). Dossiers
-- still open have steps without an end, whatever the export: they are left out. Work with start and
-- end (n_works) shows whether its officer had many dossiers at once only with its holder.

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
        count(finished_at) as n_finished,
        count(*) filter (where is_timed_work) as n_works,
        count(holder_id) filter (where is_timed_work) as n_with_holder
    from (
        select
            *,
            step_kind in ('work', 'other') and started_at is not null and finished_at is not null
                as is_timed_work
        from steps
    ) as timed_steps
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
        coalesce(sum(logged_steps.n_finished), 0)::bigint as n_finished,
        coalesce(sum(logged_steps.n_works), 0)::bigint as n_works,
        coalesce(sum(logged_steps.n_with_holder), 0)::bigint as n_with_holder
    from ended_dossiers
    left join logged_steps on ended_dossiers.dossier_id = logged_steps.dossier_id
    group by ended_dossiers.source
)

select * from source_stamps
