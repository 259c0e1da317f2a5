-- grain: one row per late dossier and cause of its lateness, under the profile of the run
-- key: dossier_id, profile, cause
-- reads: shapley_players, shapley_values, cause_dossiers
-- promises: late_seconds >= 0; late_share >= 0; late_share <= 1; excess_seconds > 0;
--   grade in ('A', 'B', 'C'); spent_seconds >= 0; usual_seconds >= 0
-- late_seconds share out the overrun by excess, to the second (largest remainder); late_share is
-- the Shapley value, 1 per dossier; but_for says that without this cause alone it was on time.
-- evidence is the columns after it in one text: ground, seconds spent and usual, and the numbers or
-- the records that the ground compares.

with player_shares as (
    select
        players.*,
        shares.share_parts,
        sum(players.excess_seconds) over (partition by players.dossier_no)::bigint as all_seconds
    from shapley_players as players
    inner join shapley_values as shares
        on players.dossier_no = shares.dossier_no
        and players.slot = shares.slot
),

whole_shares as (
    select
        *,
        overrun_seconds * excess_seconds // all_seconds as whole_seconds,
        row_number() over (
            partition by dossier_no
            order by overrun_seconds * excess_seconds % all_seconds desc, slot
        ) as rank
    from player_shares
),

causes as (
    select
        dossiers.dossier_id,
        getvariable('profile')::varchar as profile,
        whole_shares.cause,
        whole_shares.whole_seconds
        + (
            whole_shares.rank
            <= whole_shares.overrun_seconds
            - sum(whole_shares.whole_seconds) over (partition by whole_shares.dossier_no)
        )::bigint as late_seconds,
        whole_shares.share_parts / share_whole() as late_share,
        whole_shares.excess_seconds >= whole_shares.needed_seconds as but_for,
        whole_shares.grade,
        concat_ws(
            '|',
            whole_shares.ground,
            whole_shares.spent_seconds,
            whole_shares.usual_seconds,
            whole_shares.n_in_progress,
            whole_shares.usual_in_progress,
            replace(whole_shares.other_source, '|', ' '),
            whole_shares.other_ended_on,
            replace(whole_shares.counted_source, '|', ' '),
            whole_shares.counted_ended_on
        ) as evidence,
        whole_shares.ground,
        whole_shares.spent_seconds,
        whole_shares.usual_seconds,
        whole_shares.n_in_progress,
        whole_shares.usual_in_progress,
        whole_shares.other_source,
        whole_shares.other_ended_on,
        whole_shares.counted_source,
        whole_shares.counted_ended_on,
        whole_shares.excess_seconds
    from whole_shares
    inner join cause_dossiers as dossiers on whole_shares.dossier_no = dossiers.dossier_no
)

select * from causes
