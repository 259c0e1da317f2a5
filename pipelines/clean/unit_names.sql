-- grain: one row per spelling of a unit's name or code and period of its validity
-- key: unit_key, parent_id, valid_from
-- reads: unit_spellings
-- promises: valid_from <= valid_to
-- A code or name that another unit got later belongs to the unit that had it on the day. The lists
-- come before the usual forms, and those before succession; a spelling that means two units of one
-- rank on one day means neither, unless it stands in the lists, which a test keeps free of that.

with ranked_names as (
    select
        name_key(spelling) as unit_key,
        unit_id,
        parent_id,
        valid_from,
        valid_to,
        min(rank) as rank
    from unit_spellings
    group by all
),

unit_names as (
    select
        names.unit_key,
        names.unit_id,
        names.parent_id,
        names.valid_from,
        names.valid_to,
        names.rank > 3 as is_by_succession
    from ranked_names as names
    anti join ranked_names as others
        on names.unit_key = others.unit_key
        and names.valid_from <= others.valid_to
        and names.valid_to >= others.valid_from
        and (names.unit_id <> others.unit_id or names.rank > others.rank)
        and (
            (names.parent_id = others.parent_id and names.rank >= others.rank and names.rank > 1)
            or (names.parent_id <> '' and others.parent_id = '')
        )
)

select * from unit_names
