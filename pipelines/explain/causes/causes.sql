-- grain: one row per late dossier and cause of its lateness, under the profile of the run
-- key: dossier_id, profile, cause
-- reads: shapley_players, shapley_values, cause_dossiers
-- promises: late_seconds >= 0; late_share >= 0; late_share <= 1; excess_seconds > 0;
--   grade in ('A', 'B', 'C')
-- late_seconds share out the overrun by excess, to the second (largest remainder); late_share is
-- the Shapley value, 1 per dossier; but_for says that without this cause alone it was on time.

with shared as (
    select
        slots.*,
        case slots.slot
            when 1 then shares.share_1
            when 2 then shares.share_2
            when 3 then shares.share_3
            when 4 then shares.share_4
            when 5 then shares.share_5
            when 6 then shares.share_6
            when 7 then shares.share_7
            else shares.share_8
        end as parts,
        sum(slots.excess_seconds) over (partition by slots.dossier_no)::bigint as all_seconds
    from shapley_players as slots
    inner join shapley_values as shares on slots.dossier_no = shares.dossier_no
),

floored as (
    select
        *,
        overrun_seconds * excess_seconds // all_seconds as whole_seconds,
        row_number() over (
            partition by dossier_no
            order by overrun_seconds * excess_seconds % all_seconds desc, slot
        ) as rank
    from shared
),

causes as (
    select
        dossiers.dossier_id,
        getvariable('profile')::varchar as profile,
        floored.cause,
        floored.whole_seconds
        + (
            floored.rank
            <= floored.overrun_seconds
            - sum(floored.whole_seconds) over (partition by floored.dossier_no)
        )::bigint as late_seconds,
        floored.parts / 40320 as late_share,
        floored.excess_seconds >= floored.needed_seconds as but_for,
        floored.grade,
        concat_ws(
            '|', floored.ground, floored.spent_seconds, floored.usual_seconds, floored.details
        ) as evidence,
        floored.excess_seconds
    from floored
    inner join cause_dossiers as dossiers on floored.dossier_no = dossiers.dossier_no
)

select * from causes
