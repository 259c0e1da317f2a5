-- grain: one row per landed row and rule about the letters of its text
-- key: row_kind, source_file, source_sheet, source_row, rule_id
-- reads: landed_repairs, landed_dossiers, landed_steps, ranked_dossier_rows, units, written_names,
--   numbered_sheets
-- promises: rule_id in ('D19', 'D20', 'D33', 'D38', 'D39')
-- Readers repair letters and mark where. A unit is found whichever vowel of oa, oe and uy carries
-- the tone mark; a name that differs from its listed form by that alone is reported here. So is an
-- unlisted name that was put into another spelling (D19), or that resembles a more frequent one
-- (D33), removed control characters (D38), and removed ids that mean all of them (D39).

with letter_repairs as (
    select
        row_kind,
        source_file,
        source_sheet,
        source_row,
        case
            when repair in ('composed', 'invisible') then 'D19'
            when repair = 'control' then 'D38'
            when repair = 'reserved' then 'D39'
            else 'D20'
        end as rule_id,
        concat(field, ': ', repair) as find
    from landed_repairs
),

tone_mark_names as (
    select
        'dossier' as row_kind,
        claims.source_file,
        claims.source_sheet,
        claims.source_row,
        'D19' as rule_id,
        'unit_id: tone mark' as find
    from ranked_dossier_rows as claims
    inner join units
        on claims.unit_id = units.unit_id
        and name_key(claims.unit_text) = name_key(units.name_vi)
    where
        claims.duplicate_no = 1
        and claims.source_rank = 1
        and not claims.is_superseded
        and lower(nfc_normalize(claims.unit_text)) <> lower(units.name_vi)
        and name_key(claims.unit_text) <> lower(nfc_normalize(claims.unit_text))
),

odd_names as (
    select * from written_names
    where name <> spelling or look_alike is not null
),

dossier_names as (
    unpivot (
        select
            source_file, source_sheet, source_row,
            unit_id, procedure_id, procedure_name, field_of_work
        from landed_dossiers
        where
            unit_id in (select odd_names.spelling from odd_names)
            or procedure_id in (select odd_names.spelling from odd_names)
            or procedure_name in (select odd_names.spelling from odd_names)
            or field_of_work in (select odd_names.spelling from odd_names)
    )
    on unit_id, procedure_id, procedure_name, field_of_work
    into name field value spelling
),

printed_names as (
    select
        'dossier' as row_kind, source_file, source_sheet, source_row, field, spelling
    from dossier_names
    union all
    select
        'step' as row_kind, source_file, source_sheet, source_row,
        'unit_id' as field, unit_id as spelling
    from landed_steps
    where unit_id in (select odd_names.spelling from odd_names)
),

unlisted_names as (
    select
        printed_names.row_kind,
        printed_names.source_file,
        printed_names.source_sheet,
        printed_names.source_row,
        odd_names.*
    from printed_names
    inner join odd_names
        on printed_names.field = odd_names.field
        and printed_names.spelling = odd_names.spelling
    inner join numbered_sheets as sheets
        on printed_names.source_file = sheets.source_file
        and printed_names.source_sheet = sheets.source_sheet
    where
        case printed_names.field when 'unit_id' then sheets.unit_list else sheets.procedure_list end
        is distinct from 'reference'
),

finds as (
    select * from letter_repairs
    union
    select * from tone_mark_names
    union
    select
        row_kind, source_file, source_sheet, source_row, 'D19' as rule_id,
        concat(field, ': «', spelling, '» → «', name, '»') as find
    from unlisted_names
    where spelling <> name
    union
    select
        row_kind, source_file, source_sheet, source_row, 'D33' as rule_id,
        concat(field, ': «', name, '» ~ «', look_alike, '»') as find
    from unlisted_names
    where look_alike is not null
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
