-- grain: one row per judged dossier and kind of step that was clicked together with its closing
-- key: dossier_no, step_code
-- reads: cause_dossiers, cause_steps, cause_limits
-- promises: span_seconds >= 0
-- chain_size steps or more of one dossier, work among them, that began and ended within chain_gap
-- seconds before its end, whoever clicked, where the middle dossier needs twice as long or more for
-- as many: no work is done in that time, and when it was is not known. Mere dates, and stamps in
-- quarters of an hour, say nothing.

with touched as (
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
        median(touched.before_seconds) as span_seconds,
        count(*) filter (where touched.end_second % 900 <> 0) as n_exact,
        count(*) as n_dossiers
    from touched
    cross join cause_limits as limits
    where touched.place = limits.chain_size
),

clicked as (
    select touched.*
    from touched
    cross join cause_limits as limits
    cross join usual
    where touched.span_seconds <= limits.chain_gap
        and touched.end_second % 900 <> 0
        and usual.span_seconds >= 2 * limits.chain_gap
        and usual.n_dossiers >= limits.fewest_peers
        and 2 * usual.n_exact > usual.n_dossiers
),

chains as (
    select clicked.dossier_no
    from clicked
    cross join cause_limits as limits
    group by clicked.dossier_no
    having count(*) >= max(limits.chain_size)
        and bool_or(clicked.step_kind in ('work', 'opinion'))
),

click_chains as (
    select
        clicked.dossier_no,
        clicked.step_code,
        max(clicked.span_seconds) as span_seconds
    from clicked
    semi join chains on clicked.dossier_no = chains.dossier_no
    group by clicked.dossier_no, clicked.step_code
)

select * from click_chains
