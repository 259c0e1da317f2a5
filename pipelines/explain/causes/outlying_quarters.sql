-- grain: one row per unit, quarter of reception and part in which the unit was out of line
-- key: unit_no, quarter_no, part
-- reads: time_against_peers, unspent_steps, cause_limits
-- promises: n_long <= n_over; n_over <= n_steps
-- Out of line: a far larger share of its steps was long, or over the usual, by the measure of the
-- other units, than of theirs in the same quarter: a season that slows all accuses none. Shares are
-- compared on the angular scale, where chance does not depend on the share. Units always differ:
-- by how much, the middle unit says where there are enough, and never by less than
-- least_difference, so that many dossiers alone put no unit out of line. Of all that is called so,
-- false_share may be chance. By how much units differ, and how small a chance must be, is asked of
-- all quarters and of those of the same year alone, and the answer that accuses fewer counts: years
-- in which units are more alike, or more of them sick, put none out of line in another year.

with time_parts as (
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

quarter_counts as (
    select
        time_parts.* replace (
            (time_parts.n_steps + coalesce(unspent.n_steps, 0))::bigint as n_steps
        )
    from time_parts
    left join unspent
        on time_parts.unit_no = unspent.unit_no
        and time_parts.quarter_no = unspent.quarter_no
        and time_parts.part = unspent.part
),

-- two tests of each: are more of them long, are more over the usual
share_tests as (
    select
        unit_no,
        quarter_no,
        part,
        n_steps,
        n_over,
        n_long,
        unnest([true, false]) as is_of_long,
        unnest([n_long, n_over]) as n_hits
    from quarter_counts
),

beside as (
    select
        share_tests.*,
        limits.fewest_peers as n_prior,
        (100 - if(share_tests.is_of_long, limits.long_share, limits.usual_share)) / 100 as share,
        sum(share_tests.n_steps) over span - share_tests.n_steps as n_others,
        sum(share_tests.n_hits) over span - share_tests.n_hits as n_their_hits,
        case
            when share_tests.part in ('queue', 'gap_or_queue', 'queue_or_work')
                then 1 + limits.queue_correlation * (share_tests.n_steps - 1) / 100
            else 1
        end
        * share_chance(share_tests.n_steps) as chance,
        pow(limits.least_difference / 100, 2) as least_spread
    from share_tests
    cross join cause_limits as limits
    where share_tests.n_steps >= limits.cell_size
    window span as (partition by share_tests.quarter_no, share_tests.part, share_tests.is_of_long)
),

apart as (
    select
        *,
        share_angle(n_hits, n_steps)
        - asin(sqrt((n_their_hits + n_prior * share) / (n_others + n_prior))) as difference
    from beside
),

-- the middle unit of the quarter, not the mean: those out of line pull the others' share up, and so
-- make healthy quarters differ from the sick ones' by more than units do
middles as (
    select
        apart.quarter_no,
        apart.part,
        apart.is_of_long,
        median(apart.difference) as difference
    from apart
    cross join cause_limits as limits
    group by apart.quarter_no, apart.part, apart.is_of_long
    having count(*) >= max(limits.fewest_units)
),

offsets as (
    select
        apart.*,
        (apart.quarter_no - 1) // 4 as year_no,
        middles.quarter_no is not null as has_middle,
        apart.difference - coalesce(middles.difference, 0) as beyond_middle
    from apart
    left join middles
        on apart.quarter_no = middles.quarter_no
        and apart.part = middles.part
        and apart.is_of_long = middles.is_of_long
),

-- half of what is normal lies within 0.6745 deviations, three quarters within 1.1503: their squares
-- are 0.455 and 1.323; waits come in waves, rare and long ones, of which the middle one says little
spreads as (
    select
        part,
        is_of_long,
        year_no,
        greatest(
            median(beyond_middle * beyond_middle) / 0.455 - median(chance),
            case
                when part in ('queue', 'gap_or_queue', 'queue_or_work')
                    then quantile_disc(beyond_middle * beyond_middle, 0.75) / 1.323 - median(chance)
            end,
            0
        ) as spread
    from offsets
    where has_middle
    group by grouping sets ((part, is_of_long), (part, is_of_long, year_no))
),

scores as (
    select
        offsets.*,
        2 * normal_tail(
            abs(offsets.beyond_middle)
            / sqrt(
                offsets.chance
                + greatest(all_years.spread, same_year.spread, offsets.least_spread)
            )
        ) as p_value
    from offsets
    left join spreads as all_years
        on offsets.part = all_years.part
        and offsets.is_of_long = all_years.is_of_long
        and all_years.year_no is null
    left join spreads as same_year
        on offsets.part = same_year.part
        and offsets.is_of_long = same_year.is_of_long
        and offsets.year_no = same_year.year_no
),

ranks as (
    select
        *,
        row_number() over (order by p_value, unit_no, quarter_no, part, is_of_long) as place,
        count(*) over () as n_tests,
        row_number() over (
            partition by year_no
            order by p_value, unit_no, quarter_no, part, is_of_long
        ) as place_of_year,
        count(*) over (partition by year_no) as n_of_year
    from scores
),

-- Benjamini and Hochberg: the last place whose p-value lies below its line
threshold as (
    select
        max(
            case
                when 100 * ranks.n_tests * ranks.p_value <= limits.false_share * ranks.place
                    then ranks.p_value
            end
        ) as p_value
    from ranks
    cross join cause_limits as limits
),

year_thresholds as (
    select
        ranks.year_no,
        max(
            case
                when
                    100 * ranks.n_of_year * ranks.p_value
                    <= limits.false_share * ranks.place_of_year
                    then ranks.p_value
            end
        ) as p_value
    from ranks
    cross join cause_limits as limits
    group by ranks.year_no
),

outlying_quarters as (
    select
        ranks.unit_no,
        ranks.quarter_no,
        ranks.part,
        max(ranks.n_steps) as n_steps,
        max(ranks.n_over) as n_over,
        max(ranks.n_long) as n_long
    from ranks
    cross join threshold
    inner join year_thresholds on ranks.year_no = year_thresholds.year_no
    where ranks.p_value <= threshold.p_value
        and ranks.p_value <= year_thresholds.p_value
        and ranks.beyond_middle > 0
    group by ranks.unit_no, ranks.quarter_no, ranks.part
)

select * from outlying_quarters
