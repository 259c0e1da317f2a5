-- grain: one row per unit and step without holders of which work was outlying in some quarter
-- key: unit_no, step_code
-- reads: concurrent_works, usual_work_ratios, usual_concurrency, cause_limits
-- promises: n_works > 0; at_once >= 1; reading in ('parallel', 'shared', 'unknown')
-- Without holders the stock parts long work from work on many dossiers in turn. Where each dossier
-- has an officer of its own, twice as many in work are ended twice as fast: a dossier's end finds
-- the stock that dossiers see on the average (seen, stock over work). Where all share what one desk
-- can do, as many are ended whatever the stock: an end finds that of an average moment at which any
-- is in work (at_once, work over own time). rise is where the stock at the ends lies between the
-- two, 0 at at_once and 1 at seen, error its standard error. shared: rise nearer to 0 and 1 refuted
-- (two errors), that is overload. parallel, that is slow work: so few are in work at once that
-- sharing makes none far longer (own_work), not far more than at other such units (at_once of the
-- limits) while 1 is not refuted, or rise surely nearer to 1. No sum of times distinguishes
-- overload from slow work: see Little (1961), Oper. Res. 9, 383-387.

with works as (
    select
        concurrent_works.*,
        (concurrent_works.own_milliseconds * usual.at_once)::bigint as usual_milliseconds
    from concurrent_works
    inner join usual_work_ratios as outlying_works
        on concurrent_works.unit_no = outlying_works.unit_no
        and concurrent_works.quarter_no = outlying_works.quarter_no
        and concurrent_works.step_code = outlying_works.step_code
    left join usual_concurrency as usual
        on usual.is_by_unit
        and concurrent_works.quarter_no = usual.quarter_no
        and concurrent_works.step_code = usual.step_code
    where concurrent_works.is_by_unit
),

stocks as (
    select
        unit_no,
        step_code,
        count(*) as n_works,
        sum(milliseconds) / sum(own_milliseconds) as at_once,
        sum(milliseconds) / sum(usual_milliseconds) as times_usual,
        sum(stock_milliseconds) / sum(milliseconds) as seen,
        sum(n_at_end) / count(*) as at_end,
        sum(n_at_end * n_at_end) / count(*) - pow(sum(n_at_end) / count(*), 2) as variance
    from works
    group by unit_no, step_code
),

rises as (
    select
        *,
        (at_end - at_once) / nullif(seen - at_once, 0) as rise,
        sqrt(greatest(variance, 0) / n_works) / nullif(seen - at_once, 0) as error
    from stocks
),

unit_throughputs as (
    select
        rises.unit_no,
        rises.step_code,
        rises.n_works,
        rises.at_once,
        rises.rise,
        rises.error,
        case
            when 100 * rises.at_once <= limits.own_work then 'parallel'
            when rises.rise < 0.5 and rises.rise + 2 * rises.error < 1 then 'shared'
            when 100 * rises.times_usual < limits.at_once
                and coalesce(rises.rise + 2 * rises.error >= 1, true)
                then 'parallel'
            when rises.rise - 2 * rises.error > 0.5 then 'parallel'
            else 'unknown'
        end as reading
    from rises
    cross join cause_limits as limits
)

select * from unit_throughputs
