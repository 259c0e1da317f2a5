-- grain: one row per cause of lateness, as the reviewed list has them
-- key: cause
-- reads: reference_causes
-- promises: cause_no between 1 and 22
-- cause_no is the place in the list, which settles ties. parts are those of a dossier's time that
-- are put down to the cause where nothing more is known: of two causes with a part in common it is
-- the first one's.

with cause_list as (
    select
        cause,
        place::tinyint as cause_no,
        is_artefact = 'yes' as is_artefact,
        string_split(coalesce(parts, ''), ' ')::varchar[] as parts
    from reference_causes
)

select * from cause_list
