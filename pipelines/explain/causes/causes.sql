-- grain: one row per late dossier and cause of its lateness, under the profile of the run
-- key: dossier_id, profile, cause
-- reads: shapley_players, shapley_values, cause_dossiers
-- promises: late_seconds >= 0; late_share >= 0; late_share <= 1; excess_seconds > 0;
--   grade in ('A', 'B', 'C'); spent_seconds >= 0; usual_seconds >= 0
-- late_seconds share out the overrun by excess, to the second (largest remainder); late_share is
-- the Shapley value, 1 per dossier; but_for says that without this cause alone it was on time.
-- evidence is the columns after it in one text: ground, seconds spent and usual, and the numbers or
-- the records that the ground compares.

with shared as (
    select
        players.*,
        shares.share_parts,
        sum(players.excess_seconds) over (partition by players.dossier_no)::bigint as all_seconds
    from shapley_players as players
    inner join shapley_values as shares
        on players.dossier_no = shares.dossier_no
        and players.slot = shares.slot
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
        floored.share_parts / share_whole() as late_share,
        floored.excess_seconds >= floored.needed_seconds as but_for,
        floored.grade,
        concat_ws(
            '|',
            floored.ground,
            floored.spent_seconds,
            floored.usual_seconds,
            floored.n_in_progress,
            floored.usual_in_progress,
            replace(floored.other_source, '|', ' '),
            floored.other_ended_on,
            replace(floored.counted_source, '|', ' '),
            floored.counted_ended_on
        ) as evidence,
        floored.ground,
        floored.spent_seconds,
        floored.usual_seconds,
        floored.n_in_progress,
        floored.usual_in_progress,
        floored.other_source,
        floored.other_ended_on,
        floored.counted_source,
        floored.counted_ended_on,
        floored.excess_seconds
    from floored
    inner join cause_dossiers as dossiers on floored.dossier_no = dossiers.dossier_no
)

select * from causes
