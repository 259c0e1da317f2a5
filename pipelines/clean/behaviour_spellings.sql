-- grain: one row per landed row and rule about the letters of its text
-- key: row_kind, source_file, source_sheet, source_row, rule_id
-- reads: landed_repairs, dossier_claims, units
-- promises: rule_id in ('D19', 'D20')
-- The readers put letters right and mark where. A unit is found whichever vowel of oa, oe and uy
-- carries the tone mark; what differs from its listed name by that alone is said here.

with repaired as (
    select
        row_kind,
        source_file,
        source_sheet,
        source_row,
        case repair when 'composed' then 'D19' else 'D20' end as rule_id,
        concat(field, ': ', repair) as find
    from landed_repairs
),

retoned as (
    select
        'dossier' as row_kind,
        claims.source_file,
        claims.source_sheet,
        claims.source_row,
        'D19' as rule_id,
        'unit_id: tone mark' as find
    from dossier_claims as claims
    inner join units
        on claims.unit_id = units.unit_id
        and name_key(claims.unit_text) = name_key(units.name_vi)
    where
        claims.copy_no = 1
        and claims.record_no = 1
        and not claims.is_superseded
        and lower(nfc_normalize(claims.unit_text)) <> lower(units.name_vi)
        and name_key(claims.unit_text) <> lower(nfc_normalize(claims.unit_text))
),

finds as (
    select * from repaired
    union
    select * from retoned
),

behaviour_spellings as (
    select
        row_kind,
        source_file,
        source_sheet,
        source_row,
        rule_id,
        string_agg(find, ', ' order by find) as fields
    from finds
    group by row_kind, source_file, source_sheet, source_row, rule_id
)

select * from behaviour_spellings
