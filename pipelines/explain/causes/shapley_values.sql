-- grain: one row per late dossier and cause: its Shapley value in whole parts of share_whole
-- key: dossier_no, slot
-- reads: shapley_players
-- promises: share_parts >= 0
-- The game: a set of causes wins when the dossier is on time without their excess. Every set of
-- the causes present is tried, one cause after the other joining or not (mask has a bit for each).
-- What a winning set adds to the value of its members, by their order of joining, it takes from the
-- others by theirs; whole numbers throughout, so nothing is rounded.

with recursive sets as (
    select
        dossier_no,
        max(needed_seconds) as needed_seconds,
        max(slot)::integer as n_causes,
        0 as slot,
        0::bigint as mask,
        0 as n_in,
        0::bigint as excess_seconds
    from shapley_players
    group by dossier_no
    union all
    select
        sets.dossier_no,
        sets.needed_seconds,
        sets.n_causes,
        sets.slot + 1 as slot,
        sets.mask + joining.is_in * (1::bigint << sets.slot) as mask,
        sets.n_in + joining.is_in as n_in,
        sets.excess_seconds + joining.is_in * players.excess_seconds as excess_seconds
    from sets
    inner join shapley_players as players
        on sets.dossier_no = players.dossier_no
        and sets.slot + 1 = players.slot
    cross join (values (0), (1)) as joining (is_in)
),

winning_sets as (
    select
        *,
        factorial(n_causes) // (factorial(n_in) * factorial(n_causes - n_in)) as n_alike
    from sets
    where slot = n_causes
        and excess_seconds >= needed_seconds
),

weights as (
    select
        dossier_no,
        mask,
        (share_whole() // (n_in * n_alike))::bigint as gain,
        (share_whole() // nullif((n_causes - n_in) * n_alike, 0))::bigint as loss
    from winning_sets
),

shapley_values as (
    select
        players.dossier_no,
        players.slot,
        sum(
            case
                when (weights.mask >> (players.slot - 1)) & 1 = 1 then weights.gain
                else -weights.loss
            end
        )::bigint as share_parts
    from weights
    inner join shapley_players as players on weights.dossier_no = players.dossier_no
    group by players.dossier_no, players.slot
)

select * from shapley_values
