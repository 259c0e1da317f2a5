-- grain: one row per profile, unit, period, procedure, channel and cause ('*' all together)
-- key: profile, unit_id, period, procedure_id, channel_in, cause
-- reads: cause_dossiers, cause_list, cause_excess, cause_counterfactuals, causes, closing_pairs,
--   late_dossiers, periods
-- promises: n_late <= n_dossiers; late_share >= 0; excess_seconds >= 0; n_spared <= n_late;
--   n_doubtful <= n_late; n_open <= n_late; open_share <= late_share + 0.000001;
--   open_spared <= n_spared; open_doubtful <= n_doubtful; n_pairs >= 0; late_pairs >= 0;
--   extreme_pairs >= 0
-- Dossiers judged, by the period in which they ended (open overdue ones: that of the snapshot).
-- Every stratum has its row of '*'; a cause has one where it took anything, so that what has none
-- is zero there. n_dossiers and n_late are those of the stratum, on each row. excess_seconds is
-- what the cause took from all judged dossiers, late or not. n_spared counts the late dossiers
-- that would have been on time without the cause alone, n_doubtful those of which that is not sure:
-- a dossier may be spared by each of two causes, so that no such count is made of all together.
-- n_open and the columns that begin with open_ are the part of dossiers still open at the snapshot:
-- only its own period has any, so that periods are compared without them. n_pairs, late_pairs and
-- extreme_pairs are those of closing_pairs, n_pairs on each row as n_dossiers.

with months as (
    select
        period,
        (row_number() over (order by period))::smallint as period_no,
        month_no(starts_on) = month_no(ends_on) as is_month,
        unnest(generate_series(month_no(starts_on), month_no(ends_on))) as month_no
    from periods
),

strata as (
    select
        unit_id,
        procedure_id,
        channel_in,
        (row_number() over (order by unit_id, procedure_id, channel_in))::integer as stratum_no
    from cause_dossiers
    group by unit_id, procedure_id, channel_in
),

stratum_dossiers as (
    select
        dossiers.dossier_no,
        dossiers.dossier_id,
        strata.stratum_no,
        month_no(dossiers.ended_on) as month_no,
        dossiers.is_late,
        (dossiers.is_open and dossiers.is_late)::integer as is_open
    from cause_dossiers as dossiers
    inner join strata
        on dossiers.unit_id = strata.unit_id
        and dossiers.procedure_id = strata.procedure_id
        and dossiers.channel_in = strata.channel_in
),

monthly_facts as (
    select
        stratum_dossiers.stratum_no,
        stratum_dossiers.month_no,
        cause_list.cause_no,
        0 as n_dominant,
        0 as share_parts,
        excess.excess_seconds,
        excess.is_extreme::integer as n_extreme,
        0 as n_spared,
        0 as n_doubtful,
        0 as open_parts,
        0 as open_spared,
        0 as open_doubtful
    from cause_excess as excess
    inner join cause_list on excess.cause = cause_list.cause
    inner join stratum_dossiers on excess.dossier_no = stratum_dossiers.dossier_no
    union all
    select
        stratum_dossiers.stratum_no,
        stratum_dossiers.month_no,
        cause_list.cause_no,
        (causes.cause = late_dossiers.dominant_cause)::integer as n_dominant,
        round(causes.late_share * share_whole())::bigint as share_parts,
        case when causes.cause = 'unexplained' then causes.excess_seconds else 0 end
            as excess_seconds,
        0 as n_extreme,
        0 as n_spared,
        0 as n_doubtful,
        stratum_dossiers.is_open * round(causes.late_share * share_whole())::bigint as open_parts,
        0 as open_spared,
        0 as open_doubtful
    from causes
    inner join cause_list on causes.cause = cause_list.cause
    inner join late_dossiers on causes.dossier_id = late_dossiers.dossier_id
    inner join stratum_dossiers on causes.dossier_id = stratum_dossiers.dossier_id
    union all
    select
        stratum_dossiers.stratum_no,
        stratum_dossiers.month_no,
        cause_list.cause_no,
        0 as n_dominant,
        0 as share_parts,
        0 as excess_seconds,
        0 as n_extreme,
        spared.is_avoidable::integer as n_spared,
        spared.is_doubtful::integer as n_doubtful,
        0 as open_parts,
        stratum_dossiers.is_open * spared.is_avoidable::integer as open_spared,
        stratum_dossiers.is_open * spared.is_doubtful::integer as open_doubtful
    from cause_counterfactuals as spared
    inner join cause_list on spared.cause = cause_list.cause
    inner join stratum_dossiers on spared.dossier_no = stratum_dossiers.dossier_no
    where spared.is_avoidable or spared.is_doubtful
),

names as (
    select cause_no, cause
    from cause_list
    union all
    select
        0 as cause_no,
        '*' as cause
),

by_month as (
    select
        stratum_no,
        month_no,
        cause_no,
        sum(n_dominant)::integer as n_dominant,
        sum(share_parts)::bigint as share_parts,
        sum(excess_seconds)::bigint as excess_seconds,
        sum(n_extreme)::integer as n_extreme,
        sum(n_spared)::integer as n_spared,
        sum(n_doubtful)::integer as n_doubtful,
        sum(open_parts)::bigint as open_parts,
        sum(open_spared)::integer as open_spared,
        sum(open_doubtful)::integer as open_doubtful
    from monthly_facts
    group by stratum_no, month_no, cause_no
),

counted_by_month as (
    select
        stratum_no,
        month_no,
        count(*) as n_dossiers,
        count(*) filter (where is_late) as n_late,
        sum(is_open) as n_open
    from stratum_dossiers
    group by stratum_no, month_no
),

cell_counts as (
    select
        counted_by_month.stratum_no,
        months.period_no,
        sum(counted_by_month.n_dossiers)::bigint as n_dossiers,
        sum(counted_by_month.n_late)::bigint as n_late,
        sum(counted_by_month.n_open)::bigint as n_open
    from counted_by_month
    inner join months on counted_by_month.month_no = months.month_no
    group by counted_by_month.stratum_no, months.period_no
),

-- all causes together stand beside each of them
with_all as (
    select *
    from by_month
    union all
    select
        stratum_no,
        month_no,
        0 as cause_no,
        sum(n_dominant)::integer as n_dominant,
        sum(share_parts)::bigint as share_parts,
        sum(excess_seconds)::bigint as excess_seconds,
        sum(n_extreme)::integer as n_extreme,
        0 as n_spared,
        0 as n_doubtful,
        sum(open_parts)::bigint as open_parts,
        0 as open_spared,
        0 as open_doubtful
    from by_month
    group by stratum_no, month_no
),

-- a month's rows are its sums; only longer periods are added up
period_sums as (
    select
        with_all.stratum_no,
        with_all.cause_no,
        with_all.n_dominant,
        with_all.share_parts,
        with_all.excess_seconds,
        with_all.n_extreme,
        with_all.n_spared,
        with_all.n_doubtful,
        with_all.open_parts,
        with_all.open_spared,
        with_all.open_doubtful,
        months.period_no
    from with_all
    inner join months
        on with_all.month_no = months.month_no
        and months.is_month
    union all
    select
        with_all.stratum_no,
        with_all.cause_no,
        sum(with_all.n_dominant)::integer as n_dominant,
        sum(with_all.share_parts)::bigint as share_parts,
        sum(with_all.excess_seconds)::bigint as excess_seconds,
        sum(with_all.n_extreme)::integer as n_extreme,
        sum(with_all.n_spared)::integer as n_spared,
        sum(with_all.n_doubtful)::integer as n_doubtful,
        sum(with_all.open_parts)::bigint as open_parts,
        sum(with_all.open_spared)::integer as open_spared,
        sum(with_all.open_doubtful)::integer as open_doubtful,
        months.period_no
    from with_all
    inner join months
        on with_all.month_no = months.month_no
        and not months.is_month
    group by with_all.stratum_no, with_all.cause_no, months.period_no
),

filled_cells as (
    select
        cell_counts.stratum_no,
        cell_counts.period_no,
        cell_counts.n_dossiers,
        cell_counts.n_late,
        cell_counts.n_open,
        coalesce(period_sums.cause_no, 0) as cause_no,
        coalesce(period_sums.n_dominant, 0)::bigint as n_dominant,
        coalesce(period_sums.share_parts, 0) as share_parts,
        coalesce(period_sums.excess_seconds, 0) as excess_seconds,
        coalesce(period_sums.n_extreme, 0)::bigint as n_extreme,
        coalesce(period_sums.n_spared, 0)::bigint as n_spared,
        coalesce(period_sums.n_doubtful, 0)::bigint as n_doubtful,
        coalesce(period_sums.open_parts, 0) as open_parts,
        coalesce(period_sums.open_spared, 0)::bigint as open_spared,
        coalesce(period_sums.open_doubtful, 0)::bigint as open_doubtful
    from cell_counts
    left join period_sums
        on cell_counts.stratum_no = period_sums.stratum_no
        and cell_counts.period_no = period_sums.period_no
),

labels as (
    select distinct
        period_no,
        period
    from months
),

pair_sums as (
    select
        strata.stratum_no,
        months.period_no,
        names.cause_no,
        sum(pairs.n_pairs)::bigint as n_pairs,
        sum(round(1000 * pairs.late_pairs)::bigint)::bigint / 1000 as late_pairs,
        sum(pairs.extreme_pairs)::bigint as extreme_pairs
    from closing_pairs as pairs
    inner join strata
        on pairs.unit_id = strata.unit_id
        and pairs.procedure_id = strata.procedure_id
        and pairs.channel_in = strata.channel_in
    inner join names on pairs.cause = names.cause
    inner join months on pairs.month_no = months.month_no
    group by strata.stratum_no, months.period_no, names.cause_no
),

cause_cells as (
    select
        getvariable('profile')::varchar as profile,
        strata.unit_id,
        labels.period,
        strata.procedure_id,
        strata.channel_in,
        names.cause,
        filled_cells.n_dossiers,
        filled_cells.n_late,
        filled_cells.n_dominant,
        filled_cells.share_parts / share_whole() as late_share,
        filled_cells.excess_seconds,
        filled_cells.n_extreme,
        filled_cells.n_spared,
        filled_cells.n_doubtful,
        filled_cells.n_open,
        filled_cells.open_parts / share_whole() as open_share,
        filled_cells.open_spared,
        filled_cells.open_doubtful,
        coalesce(of_all.n_pairs, 0)::bigint as n_pairs,
        coalesce(of_cause.late_pairs, 0) as late_pairs,
        coalesce(of_cause.extreme_pairs, 0)::bigint as extreme_pairs
    from filled_cells
    left join pair_sums as of_all
        on filled_cells.stratum_no = of_all.stratum_no
        and filled_cells.period_no = of_all.period_no
        and of_all.cause_no = 0
    left join pair_sums as of_cause
        on filled_cells.stratum_no = of_cause.stratum_no
        and filled_cells.period_no = of_cause.period_no
        and filled_cells.cause_no = of_cause.cause_no
    inner join strata on filled_cells.stratum_no = strata.stratum_no
    inner join labels on filled_cells.period_no = labels.period_no
    inner join names on filled_cells.cause_no = names.cause_no
)

select * from cause_cells
