-- grain: one row per late dossier: the Shapley values of its causes, in 40320ths
-- key: dossier_no
-- reads: shapley_players, shapley_coalitions
-- promises: share_1 + share_2 + share_3 + share_4 + share_5 + share_6 + share_7 + share_8 = 40320
-- The game: a set of causes wins when the dossier is on time without their excess. Every set of
-- the causes present is tried (at most 256); whole numbers throughout, so nothing is rounded.

with games as (
    select
        dossier_no,
        max(slot) as n_causes,
        max(needed_seconds) as needed_seconds,
        max(case when slot = 1 then excess_seconds else 0 end) as excess_1,
        max(case when slot = 2 then excess_seconds else 0 end) as excess_2,
        max(case when slot = 3 then excess_seconds else 0 end) as excess_3,
        max(case when slot = 4 then excess_seconds else 0 end) as excess_4,
        max(case when slot = 5 then excess_seconds else 0 end) as excess_5,
        max(case when slot = 6 then excess_seconds else 0 end) as excess_6,
        max(case when slot = 7 then excess_seconds else 0 end) as excess_7,
        max(case when slot = 8 then excess_seconds else 0 end) as excess_8
    from shapley_players
    group by dossier_no
),

shapley_values as (
    select
        games.dossier_no,
        sum(masks.part_1)::integer as share_1,
        sum(masks.part_2)::integer
        * (max(games.n_causes) >= 2)::integer as share_2,
        sum(masks.part_3)::integer
        * (max(games.n_causes) >= 3)::integer as share_3,
        sum(masks.part_4)::integer
        * (max(games.n_causes) >= 4)::integer as share_4,
        sum(masks.part_5)::integer
        * (max(games.n_causes) >= 5)::integer as share_5,
        sum(masks.part_6)::integer
        * (max(games.n_causes) >= 6)::integer as share_6,
        sum(masks.part_7)::integer
        * (max(games.n_causes) >= 7)::integer as share_7,
        sum(masks.part_8)::integer
        * (max(games.n_causes) >= 8)::integer as share_8
    from games
    inner join shapley_coalitions as masks on games.n_causes = masks.n_causes
    where games.excess_1 * masks.in_1
        + games.excess_2 * masks.in_2
        + games.excess_3 * masks.in_3
        + games.excess_4 * masks.in_4
        + games.excess_5 * masks.in_5
        + games.excess_6 * masks.in_6
        + games.excess_7 * masks.in_7
        + games.excess_8 * masks.in_8
        >= games.needed_seconds
    group by games.dossier_no
)

select * from shapley_values
