-- grain: one row per field and spelling of an unlisted name
-- key: field, spelling
-- reads: landed_dossiers, landed_steps, numbered_sheets
-- promises: n_rows > 0; look_alike is null or look_alike <> name
-- For sources without a list of units or procedures. Spellings that differ only by case, spaces or
-- the position of a tone mark are one name: the most frequent spelling, then one not all in
-- capitals, then the first by letters. Names that differ by more but look alike (other marks,
-- punctuation, letters of another script, or units with and without the words for a people's
-- committee) stay separate; look_alike is the most frequent of them.

with unit_texts as (
    select source_file, source_sheet, unit_id as spelling, count(*) as n_rows
    from landed_dossiers
    group by source_file, source_sheet, unit_id
    union all
    select source_file, source_sheet, unit_id as spelling, count(*) as n_rows
    from landed_steps
    group by source_file, source_sheet, unit_id
),

procedure_cells as (
    unpivot (
        select source_file, source_sheet, procedure_id, procedure_name, field_of_work
        from landed_dossiers
    )
    on procedure_id, procedure_name, field_of_work
    into name field value spelling
),

-- counted before the lists of their sheets are looked up: rows are many, spellings few
procedure_texts as (
    select source_file, source_sheet, field, spelling, count(*) as n_rows
    from procedure_cells
    group by source_file, source_sheet, field, spelling
),

printed_texts as (
    select 'unit_id' as field, texts.spelling, texts.n_rows
    from unit_texts as texts
    inner join numbered_sheets as sheets
        on texts.source_file = sheets.source_file
        and texts.source_sheet = sheets.source_sheet
    where texts.spelling is not null and not sheets.has_unit_list
    union all
    select texts.field, texts.spelling, texts.n_rows
    from procedure_texts as texts
    inner join numbered_sheets as sheets
        on texts.source_file = sheets.source_file
        and texts.source_sheet = sheets.source_sheet
    where not sheets.has_procedure_list
),

spelling_counts as (
    select
        field,
        spelling,
        sum(n_rows)::bigint as n_rows
    from printed_texts
    group by field, spelling
),

spellings as (
    select
        *,
        first_value(spelling) over one_name as name,
        case field
            when 'unit_id' then regexp_replace(look_key(spelling), '^(ubnd|uybannhandan)', '')
            else look_key(spelling)
        end as look_key
    from spelling_counts
    window one_name as (
        partition by field, name_key(spelling)
        order by n_rows desc, spelling = upper(spelling) asc, spelling asc
    )
),

names as (
    select
        field,
        name,
        min(look_key) as look_key,
        sum(n_rows)::bigint as n_rows
    from spellings
    group by field, name
),

look_alikes as (
    select
        field,
        name,
        first_value(name) over (
            partition by field, look_key
            order by n_rows desc, name asc
        ) as look_alike
    from names
    where look_key <> ''
),

written_names as (
    select
        spellings.field,
        spellings.spelling,
        spellings.name,
        spellings.n_rows,
        nullif(look_alikes.look_alike, spellings.name) as look_alike
    from spellings
    left join look_alikes
        on spellings.field = look_alikes.field and spellings.name = look_alikes.name
)

select * from written_names
