-- grain: one row per late dossier and cause present, the largest first, what is left last
-- key: dossier_no, slot
-- reads: cause_excess, cause_dossiers, cause_limits
-- promises: slot between 1 and 8; excess_seconds > 0; needed_seconds > 0
-- needed_seconds must go for the dossier to be on time. The largest stand for themselves; smaller
-- ones, and what no cause explains of the overrun, are unexplained, so that all together save it.

with ranked as (
    select
        excess.*,
        dossiers.overrun_seconds,
        greatest(dossiers.overrun_seconds, 1) as needed_seconds,
        limits.most_causes - 1 as most_named,
        row_number() over (
            partition by excess.dossier_no
            order by excess.excess_seconds desc, cause_place(excess.cause)
        ) as place
    from cause_excess as excess
    inner join cause_dossiers as dossiers on excess.dossier_no = dossiers.dossier_no
    cross join cause_limits as limits
    where dossiers.is_late
),

sums as (
    select
        dossier_no,
        sum(excess_seconds)::bigint as excess_seconds,
        sum(case when place > most_named then excess_seconds else 0 end)::bigint as small_seconds,
        max(case when place <= most_named then place end) as n_kept
    from ranked
    group by dossier_no
),

rest as (
    select
        dossiers.dossier_no,
        dossiers.overrun_seconds,
        greatest(dossiers.overrun_seconds, 1) as needed_seconds,
        coalesce(sums.n_kept, 0) + 1 as slot,
        coalesce(sums.small_seconds, 0)
        + greatest(
            greatest(dossiers.overrun_seconds, 1) - coalesce(sums.excess_seconds, 0), 0
        ) as excess_seconds
    from cause_dossiers as dossiers
    left join sums on dossiers.dossier_no = sums.dossier_no
    where dossiers.is_late
),

cause_slots as (
    select
        dossier_no,
        place::tinyint as slot,
        cause,
        excess_seconds,
        spent_seconds,
        usual_seconds,
        grade,
        overrun_seconds,
        needed_seconds
    from ranked
    where place <= most_named
    union all
    select
        dossier_no,
        slot::tinyint as slot,
        'unexplained' as cause,
        excess_seconds,
        excess_seconds as spent_seconds,
        0 as usual_seconds,
        'B' as grade,
        overrun_seconds,
        needed_seconds
    from rest
    where excess_seconds > 0
)

select * from cause_slots
