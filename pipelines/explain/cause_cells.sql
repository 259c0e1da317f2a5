-- grain: one row per unit, period, procedure, channel and cause ('*' all causes together)
-- key: unit_id, period, procedure_id, channel_in, cause
-- reads: cause_dossiers, cause_excess, cause_spared, causes, late_dossiers, periods
-- promises: n_late <= n_dossiers; n_dominant <= n_late; late_share >= 0; excess_seconds >= 0;
--   n_spared <= n_late; n_doubtful <= n_late
-- Dossiers judged, by the period in which they ended (open overdue ones: that of the snapshot).
-- Every stratum has a row for every cause met anywhere, so that nothing counted is a zero, not a
-- gap. excess_seconds is what the cause took from all judged dossiers, late or not.
-- n_spared counts the late dossiers that would have been on time without the cause alone,
-- n_doubtful those of which that is not sure: a dossier may be spared by each of two causes, so
-- that no such count is made of all together.

with judged as (
    select
        dossiers.dossier_no,
        dossiers.dossier_id,
        dossiers.unit_id,
        dossiers.procedure_id,
        dossiers.channel_in,
        dossiers.is_late,
        dossiers.ended_on
    from cause_dossiers as dossiers
),

strata as (
    select
        judged.unit_id,
        periods.period,
        judged.procedure_id,
        judged.channel_in,
        count(*) as n_dossiers,
        count(*) filter (where judged.is_late) as n_late
    from judged
    inner join periods
        on judged.ended_on >= periods.starts_on
        and judged.ended_on <= periods.ends_on
    group by judged.unit_id, periods.period, judged.procedure_id, judged.channel_in
),

facts as (
    select
        excess.dossier_no,
        excess.cause,
        0 as n_dominant,
        0 as share_parts,
        excess.excess_seconds,
        excess.is_extreme::integer as n_extreme,
        0 as n_spared,
        0 as n_doubtful
    from cause_excess as excess
    union all
    select
        judged.dossier_no,
        causes.cause,
        (causes.cause = late_dossiers.dominant_cause)::integer as n_dominant,
        round(causes.late_share * 40320)::integer as share_parts,
        case when causes.cause = 'unexplained' then causes.excess_seconds else 0 end
            as excess_seconds,
        0 as n_extreme,
        0 as n_spared,
        0 as n_doubtful
    from causes
    inner join late_dossiers on causes.dossier_id = late_dossiers.dossier_id
    inner join judged on causes.dossier_id = judged.dossier_id
    union all
    select
        dossier_no,
        cause,
        0 as n_dominant,
        0 as share_parts,
        0 as excess_seconds,
        0 as n_extreme,
        is_spared::integer as n_spared,
        is_doubtful::integer as n_doubtful
    from cause_spared
),

summed as (
    select
        judged.unit_id,
        judged.ended_on,
        judged.procedure_id,
        judged.channel_in,
        case when grouping(facts.cause) = 0 then facts.cause else '*' end as cause,
        sum(facts.n_dominant)::bigint as n_dominant,
        sum(facts.share_parts)::bigint as share_parts,
        sum(facts.excess_seconds)::bigint as excess_seconds,
        sum(facts.n_extreme)::bigint as n_extreme,
        case when grouping(facts.cause) = 0 then sum(facts.n_spared) else 0 end::bigint as n_spared,
        case when grouping(facts.cause) = 0 then sum(facts.n_doubtful) else 0 end::bigint
            as n_doubtful
    from facts
    inner join judged on facts.dossier_no = judged.dossier_no
    group by grouping sets (
        (judged.unit_id, judged.ended_on, judged.procedure_id, judged.channel_in, facts.cause),
        (judged.unit_id, judged.ended_on, judged.procedure_id, judged.channel_in)
    )
),

counted as (
    select
        summed.unit_id,
        periods.period,
        summed.procedure_id,
        summed.channel_in,
        summed.cause,
        sum(summed.n_dominant)::bigint as n_dominant,
        sum(summed.share_parts)::bigint as share_parts,
        sum(summed.excess_seconds)::bigint as excess_seconds,
        sum(summed.n_extreme)::bigint as n_extreme,
        sum(summed.n_spared)::bigint as n_spared,
        sum(summed.n_doubtful)::bigint as n_doubtful
    from summed
    inner join periods
        on summed.ended_on >= periods.starts_on
        and summed.ended_on <= periods.ends_on
    group by
        summed.unit_id, periods.period, summed.procedure_id, summed.channel_in, summed.cause
),

met as (
    select cause
    from cause_excess
    union
    select cause
    from causes
    union
    select '*' as cause
),

cause_cells as (
    select
        strata.unit_id,
        strata.period,
        strata.procedure_id,
        strata.channel_in,
        met.cause,
        strata.n_dossiers,
        strata.n_late,
        coalesce(counted.n_dominant, 0) as n_dominant,
        coalesce(counted.share_parts, 0) / 40320 as late_share,
        coalesce(counted.excess_seconds, 0) as excess_seconds,
        coalesce(counted.n_extreme, 0) as n_extreme,
        coalesce(counted.n_spared, 0) as n_spared,
        coalesce(counted.n_doubtful, 0) as n_doubtful
    from strata
    cross join met
    left join counted
        on strata.unit_id = counted.unit_id
        and strata.period = counted.period
        and strata.procedure_id = counted.procedure_id
        and strata.channel_in = counted.channel_in
        and met.cause = counted.cause
)

select * from cause_cells
