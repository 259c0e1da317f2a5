-- grain: one row per judged dossier and kind of step that was clicked together with its closing
-- key: dossier_no, step_code
-- reads: cause_dossiers, cause_steps, cause_limits
-- promises: span_seconds >= 0
-- chain_size steps or more of one dossier, work among them, that began and ended within chain_gap
-- seconds before its end, whoever clicked, where the middle dossier needs twice as long or more for
-- as many: no work is done in that time, and its true time is unknown. Dates without times and
-- stamps in quarters of an hour are not used.

with steps_before_end as (
    select
        dossiers.dossier_no,
        dossiers.end_second,
        steps.step_code,
        steps.step_kind,
        dossiers.end_second - steps.last_second as before_seconds,
        dossiers.end_second - coalesce(steps.started_second, steps.last_second) as span_seconds,
        row_number() over (
            partition by dossiers.dossier_no
            order by steps.last_second desc, steps.step_no desc
        ) as place
    from cause_steps as steps
    inner join cause_dossiers as dossiers on steps.dossier_no = dossiers.dossier_no
    where not dossiers.is_open
        and steps.has_finish
        and steps.last_second <= dossiers.end_second
),

usual as (
    select
        median(steps_before_end.before_seconds) as span_seconds,
        count(*) filter (where steps_before_end.end_second % 900 <> 0) as n_exact,
        count(*) as n_dossiers
    from steps_before_end
    cross join cause_limits as limits
    where steps_before_end.place = limits.chain_size
),

chain_steps as (
    select steps_before_end.*
    from steps_before_end
    cross join cause_limits as limits
    cross join usual
    where steps_before_end.span_seconds <= limits.chain_gap
        and steps_before_end.end_second % 900 <> 0
        and usual.span_seconds >= 2 * limits.chain_gap
        and usual.n_dossiers >= limits.fewest_peers
        and 2 * usual.n_exact > usual.n_dossiers
),

chains as (
    select chain_steps.dossier_no
    from chain_steps
    cross join cause_limits as limits
    group by chain_steps.dossier_no
    having count(*) >= max(limits.chain_size)
        and bool_or(chain_steps.step_kind in ('work', 'opinion'))
),

click_chains as (
    select
        chain_steps.dossier_no,
        chain_steps.step_code,
        max(chain_steps.span_seconds) as span_seconds
    from chain_steps
    semi join chains on chain_steps.dossier_no = chains.dossier_no
    group by chain_steps.dossier_no, chain_steps.step_code
)

select * from click_chains
