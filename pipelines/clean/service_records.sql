-- grain: one row per dossier whose export gives a field that offices count and no clock needs
-- key: dossier_id
-- reads: dossiers, landed_dossiers, numbered_sheets, sheet_units, units
-- promises: n_extensions is null or n_extensions >= 0; n_supplements is null or n_supplements >= 0;
--   apology_on is null or has_apology
-- Apology, extensions, supplements, place of filing, payment, digitised papers, electronic result,
-- satisfaction, complaint. An empty cell means no (0, no duty to pay) where the sheet has the
-- column and no cell of it says no; elsewhere it is unknown, as is a cell that cannot be read. The
-- date or number of a letter shows an apology. Filed elsewhere: as the export says, or where the
-- unit of filing and the responsible one belong to different places, neither above the other.

with recording_sheets as (
    select *
    from numbered_sheets
    where coalesce(len(service_fields), 0) > 0
),

texts as (
    select
        dossiers.dossier_id,
        dossiers.unit_id,
        dossiers.received_on,
        sheets.sheet_no,
        sheets.service_fields,
        landed.has_apology,
        landed.apology_on as apology_text,
        timezone(
            sheets.time_zone,
            plausible(parse_instant(landed.apology_on, sheets.day_first, sheets.time_zone))
        )::date as apology_on,
        landed.apology_number,
        landed.n_extensions as extensions_text,
        parse_number(landed.n_extensions)::bigint as n_extensions,
        landed.n_supplements as supplements_text,
        parse_number(landed.n_supplements)::bigint as n_supplements,
        landed.is_filed_elsewhere,
        landed.filing_unit,
        name_key(landed.filing_unit) = name_key(landed.unit_id) as is_filed_at_unit,
        landed.payment,
        landed.is_digitised,
        landed.has_electronic_result,
        landed.satisfaction,
        landed.has_complaint
    from dossiers
    inner join landed_dossiers as landed
        on dossiers.source_file = landed.source_file
        and dossiers.source_sheet = landed.source_sheet
        and dossiers.source_row = landed.source_row
    inner join recording_sheets as sheets
        on dossiers.source_file = sheets.source_file
        and dossiers.source_sheet = sheets.source_sheet
),

-- the columns of each sheet whose empty cells mean no
marking_columns as (
    select
        sheet_no,
        list_filter(
            any_value(service_fields),
            lambda field: not list_contains(
                [
                    case when bool_or(has_apology = 'no') then 'has_apology' end,
                    case when bool_or(n_extensions = 0) then 'n_extensions' end,
                    case when bool_or(n_supplements = 0) then 'n_supplements' end,
                    case when bool_or(is_filed_elsewhere = 'no') then 'is_filed_elsewhere' end,
                    case when bool_or(payment in ('none', 'unpaid')) then 'payment' end,
                    case when bool_or(is_digitised = 'no') then 'is_digitised' end,
                    case
                        when bool_or(has_electronic_result = 'no') then 'has_electronic_result'
                    end,
                    case when bool_or(has_complaint = 'no') then 'has_complaint' end
                ],
                field
            )
        ) as fields
    from texts
    group by sheet_no
),

offices as (
    select
        unit_id,
        case when kind like '%department' then parent else unit_id end as place
    from units
),

filings as (
    select
        texts.dossier_id,
        case
            when places.place = filing_places.place then false
            when homes.parent = filing_places.place then null
            when filing_homes.parent = places.place then null
            else places.place <> filing_places.place
        end as is_elsewhere
    from texts
    inner join sheet_units as filing
        on texts.sheet_no = filing.sheet_no
        and texts.filing_unit = filing.spelling
        and texts.received_on between filing.valid_from and filing.valid_to
    inner join offices as places on texts.unit_id = places.unit_id
    inner join offices as filing_places on filing.unit_id = filing_places.unit_id
    left join units as homes on places.place = homes.unit_id
    left join units as filing_homes on filing_places.place = filing_homes.unit_id
),

service_records as (
    select
        texts.dossier_id,
        case
            when
                texts.has_apology = 'yes'
                or texts.apology_on is not null
                or regexp_matches(texts.apology_number, '[1-9]')
                then true
            when texts.has_apology = 'no' then false
            when texts.apology_text is not null or texts.apology_number is not null then null
            when
                list_has_any(
                    marking_columns.fields, ['has_apology', 'apology_on', 'apology_number']
                )
                then false
        end as has_apology,
        texts.apology_on,
        marked_number(
            texts.extensions_text, texts.n_extensions, marking_columns.fields, 'n_extensions'
        ) as n_extensions,
        marked_number(
            texts.supplements_text, texts.n_supplements, marking_columns.fields, 'n_supplements'
        ) as n_supplements,
        coalesce(
            marked(texts.is_filed_elsewhere, marking_columns.fields, 'is_filed_elsewhere'),
            case when texts.is_filed_at_unit then false else filings.is_elsewhere end
        ) as is_filed_elsewhere,
        texts.filing_unit,
        coalesce(
            texts.payment,
            case when list_contains(marking_columns.fields, 'payment') then 'none' end
        ) as payment,
        marked(texts.is_digitised, marking_columns.fields, 'is_digitised') as is_digitised,
        marked(
            texts.has_electronic_result, marking_columns.fields, 'has_electronic_result'
        ) as has_electronic_result,
        texts.satisfaction,
        marked(texts.has_complaint, marking_columns.fields, 'has_complaint') as has_complaint
    from texts
    inner join marking_columns on texts.sheet_no = marking_columns.sheet_no
    left join filings on texts.dossier_id = filings.dossier_id
)

select * from service_records
