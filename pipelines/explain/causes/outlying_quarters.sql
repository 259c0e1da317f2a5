-- grain: one row per unit, quarter of reception and part in which the unit was out of line
-- key: unit_no, quarter_no, part
-- reads: time_against_peers, unspent_steps, cause_limits
-- promises: n_long <= n_over; n_over <= n_steps
-- Out of line: a far larger share of its steps was long, or over the usual, by the measure of the
-- other units, than of theirs in the same quarter: a season that slows all accuses none. Shares are
-- compared on the angular scale, where chance does not depend on the share. Units always differ a
-- little, by as much as the middle difference says and never by less than least_difference, so that
-- many dossiers alone put no unit out of line. Of all that is called so, false_share may be chance.

with spent as (
    select
        unit_no,
        quarter_no,
        part,
        count(*) as n_steps,
        count(*) filter (where seconds > usual_seconds) as n_over,
        count(*) filter (where seconds > long_seconds) as n_long
    from time_against_peers
    where usual_seconds is not null
    group by unit_no, quarter_no, part
),

unspent as (
    select
        unit_no,
        quarter_no,
        part,
        sum(n_steps) as n_steps
    from unspent_steps
    group by unit_no, quarter_no, part
),

counted as (
    select
        spent.* replace (
            (spent.n_steps + coalesce(unspent.n_steps, 0))::bigint as n_steps
        )
    from spent
    left join unspent
        on spent.unit_no = unspent.unit_no
        and spent.quarter_no = unspent.quarter_no
        and spent.part = unspent.part
),

-- two tests of each: are more of them long, are more over the usual
asked as (
    select
        unit_no,
        quarter_no,
        part,
        n_steps,
        n_over,
        n_long,
        unnest([true, false]) as is_of_long,
        unnest([n_long, n_over]) as n_hits
    from counted
),

beside as (
    select
        asked.*,
        limits.fewest_peers as n_prior,
        (100 - if(asked.is_of_long, limits.long_share, limits.usual_share)) / 100 as share,
        sum(asked.n_steps) over span - asked.n_steps as n_others,
        sum(asked.n_hits) over span - asked.n_hits as n_their_hits,
        case
            when asked.part in ('queue', 'gap_or_queue', 'queue_or_work')
                then 1 + limits.queue_correlation * (asked.n_steps - 1) / 100
            else 1
        end
        / (4 * asked.n_steps + 2) as chance,
        pow(limits.least_difference / 100, 2) as least_spread
    from asked
    cross join cause_limits as limits
    where asked.n_steps >= limits.cell_size
    window span as (partition by asked.quarter_no, asked.part, asked.is_of_long)
),

apart as (
    select
        *,
        asin(sqrt((n_hits + 0.375) / (n_steps + 0.75)))
        - asin(sqrt((n_their_hits + n_prior * share) / (n_others + n_prior))) as difference
    from beside
),

spreads as (
    select
        part,
        is_of_long,
        case
            when count(distinct unit_no) < 5 then 0
            else greatest(median(difference * difference) / 0.455 - median(chance), 0)
        end as spread
    from apart
    group by part, is_of_long
),

scored as (
    select
        apart.*,
        2 * normal_tail(
            abs(apart.difference)
            / sqrt(apart.chance + greatest(spreads.spread, apart.least_spread))
        ) as p_value
    from apart
    inner join spreads
        on apart.part = spreads.part
        and apart.is_of_long = spreads.is_of_long
),

ranked as (
    select
        *,
        row_number() over (order by p_value, unit_no, quarter_no, part, is_of_long) as place,
        count(*) over () as n_tests
    from scored
),

-- Benjamini and Hochberg: the last place whose p-value lies below its line
threshold as (
    select
        max(
            case
                when 100 * ranked.n_tests * ranked.p_value <= limits.false_share * ranked.place
                    then ranked.p_value
            end
        ) as p_value
    from ranked
    cross join cause_limits as limits
),

outlying_quarters as (
    select
        ranked.unit_no,
        ranked.quarter_no,
        ranked.part,
        max(ranked.n_steps) as n_steps,
        max(ranked.n_over) as n_over,
        max(ranked.n_long) as n_long
    from ranked
    cross join threshold
    where ranked.p_value <= threshold.p_value
        and ranked.difference > 0
    group by ranked.unit_no, ranked.quarter_no, ranked.part
)

select * from outlying_quarters
