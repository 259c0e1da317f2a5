-- grain: one row per sheet with a list of units, spelling in it and period: the unit that is meant
-- key: sheet_no, spelling, valid_from
-- reads: landed_dossiers, landed_steps, numbered_sheets, unit_names
-- promises: valid_from <= valid_to
-- A department's bare name means that of the units which the source profile names under
-- departments_of, and where there are none, no department at all. A successor steps in only where
-- no unit of that name was there.

with spellings as (
    select distinct source_file, source_sheet, unit_id as spelling from landed_dossiers
    union
    select distinct source_file, source_sheet, unit_id as spelling from landed_steps
    union
    select distinct source_file, source_sheet, filing_unit as spelling from landed_dossiers
    where filing_unit is not null
),

possible_units as (
    select
        sheets.sheet_no,
        spellings.spelling,
        unit_names.unit_id,
        unit_names.valid_from,
        unit_names.valid_to,
        unit_names.is_by_succession
    from spellings
    inner join numbered_sheets as sheets
        on spellings.source_file = sheets.source_file
        and spellings.source_sheet = sheets.source_sheet
    inner join unit_names
        on sheets.has_unit_list
        and name_key(spellings.spelling) = unit_names.unit_key
        and list_contains(sheets.departments_of, unit_names.parent_id)
),

sheet_units as (
    select units.*
    from possible_units as units
    anti join possible_units as others
        on units.is_by_succession
        and not others.is_by_succession
        and units.sheet_no = others.sheet_no
        and units.spelling = others.spelling
        and units.valid_from <= others.valid_to
        and units.valid_to >= others.valid_from
)

select * from sheet_units
