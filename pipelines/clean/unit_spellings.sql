-- grain: one row per way of writing a unit: by its list, by the usual forms, or as its successor
-- key: spelling, unit_id, parent_id, valid_from, rank
-- reads: units, unit_aliases, unit_mergers
-- promises: valid_from <= valid_to; rank between 1 and 6
-- rank 1: codes, names and aliases of the lists; 2: a department with the place of its parent; 3:
-- the usual forms of a place (UBND, Ủy ban nhân dân, P., public service centre); 4 to 6: the same
-- of a unit before it began, where it took over from others, and of one that had ended, where it
-- went into a single other as a whole. parent_id is '' for what means one unit by itself; a
-- department's bare name (Văn phòng HĐND và UBND) means one only together with its parent.

with bodies as (
    select
        units.unit_id,
        units.name_vi,
        units.admin_code,
        case when contains(units.kind, 'department') then coalesce(units.parent, '') else '' end
            as parent_id,
        regexp_replace(units.name_vi, '^(UBND|Ủy ban nhân dân) ', '') as place,
        regexp_extract(
            place,
            '^(Thành phố|Phường|Xã|Thị trấn|Thị xã|Huyện|Quận|Đặc khu) (.+)$',
            ['level', 'rest']
        ) as parts,
        coalesce(units.valid_from::date, date '0001-01-01') as valid_from,
        coalesce(units.valid_to::date, date '9999-12-31') as valid_to
    from units
),

list_forms as (
    select unit_id as spelling, unit_id, '' as parent_id, valid_from, valid_to from bodies
    union all
    select name_vi as spelling, unit_id, parent_id, valid_from, valid_to from bodies
    union all
    select admin_code as spelling, unit_id, '' as parent_id, valid_from, valid_to from bodies
    union all
    select
        aliases.alias as spelling,
        aliases.unit_id,
        coalesce(bodies.parent_id, '') as parent_id,
        coalesce(aliases.valid_from::date, date '0001-01-01') as valid_from,
        coalesce(aliases.valid_to::date, date '9999-12-31') as valid_to
    from unit_aliases as aliases
    left join bodies on aliases.unit_id = bodies.unit_id
),

short_levels as (
    select 'Phường' as level, unnest(['P. ', 'P.']) as short
    union all
    select 'Xã' as level, unnest(['X. ', 'X.']) as short
    union all
    select 'Thị trấn' as level, unnest(['TT. ', 'TT ', 'TT.']) as short
    union all
    select 'Thành phố' as level, unnest(['TP. ', 'TP ', 'TP.']) as short
),

short_places as (
    select
        bodies.unit_id,
        bodies.parts.level,
        bodies.valid_from,
        bodies.valid_to,
        short_levels.short || bodies.parts.rest as written
    from bodies
    inner join short_levels on bodies.parts.level = short_levels.level
    where bodies.parent_id = ''
),

places as (
    select
        bodies.unit_id,
        bodies.parts.level,
        bodies.valid_from,
        bodies.valid_to,
        bodies.place as written
    from bodies
    where bodies.parts.level <> '' and bodies.parent_id = ''
    union all
    select *
    from short_places
),

centres as (
    select unnest([
        'Trung tâm Phục vụ hành chính công ', 'Trung tâm PVHCC ', 'TT PVHCC ', 'TTPVHCC ',
        'Trung tâm Hành chính công ', 'Bộ phận Một cửa ', 'Bộ phận Tiếp nhận và Trả kết quả '
    ]) as centre
),

place_forms as (
    select
        unnest([written, 'UBND ' || written, 'Ủy ban nhân dân ' || written]) as spelling,
        unit_id,
        '' as parent_id,
        valid_from,
        valid_to
    from places
    union all
    select
        centres.centre || places.written as spelling,
        places.unit_id,
        '' as parent_id,
        places.valid_from,
        places.valid_to
    from places
    cross join centres
    where places.level in ('Phường', 'Xã', 'Đặc khu')
),

departments as (
    select
        bodies.unit_id,
        regexp_replace(list_forms.spelling, ' (phường|xã|thành phố)$', '') as department,
        unnest([places.written, 'UBND ' || places.written]) as parent,
        greatest(bodies.valid_from, places.valid_from) as valid_from,
        least(bodies.valid_to, places.valid_to) as valid_to
    from bodies
    inner join list_forms on bodies.unit_id = list_forms.unit_id and list_forms.parent_id <> ''
    inner join places on bodies.parent_id = places.unit_id
),

department_forms as (
    select
        unnest([
            department || ' ' || parent,
            department || ' - ' || parent,
            parent || ' - ' || department,
            department || ', ' || parent
        ]) as spelling,
        unit_id,
        '' as parent_id,
        valid_from,
        valid_to
    from departments
),

own_forms as (
    select *, 1 as rank
    from list_forms
    union all
    select *, 2 as rank
    from department_forms
    union all
    select *, 3 as rank
    from place_forms
),

successors as (
    select distinct bodies.unit_id, bodies.valid_from
    from bodies
    inner join unit_mergers as mergers
        on mergers.new_unit_id in (bodies.unit_id, bodies.parent_id)
),

-- into a single unit as a whole: what it was is known without a map
whole_mergers as (
    select
        old_unit_id,
        max(new_unit_id) as new_unit_id,
        max(merged_on)::date as merged_on
    from unit_mergers
    where old_unit_id is not null
    group by old_unit_id
    having count(*) = 1 and bool_and(share::decimal(6, 4) = 1)
),

succession_forms as (
    select
        forms.spelling,
        forms.unit_id,
        forms.parent_id,
        date '0001-01-01' as valid_from,
        successors.valid_from - 1 as valid_to,
        forms.rank + 3 as rank
    from own_forms as forms
    inner join successors on forms.unit_id = successors.unit_id
    union all
    select
        forms.spelling,
        mergers.new_unit_id as unit_id,
        forms.parent_id,
        mergers.merged_on as valid_from,
        date '9999-12-31' as valid_to,
        forms.rank + 3 as rank
    from own_forms as forms
    inner join whole_mergers as mergers on forms.unit_id = mergers.old_unit_id
    where forms.parent_id = ''
),

unit_spellings as (
    select distinct *
    from own_forms
    where spelling is not null and valid_from <= valid_to
    union all
    select distinct *
    from succession_forms
    where spelling is not null and valid_from <= valid_to
)

select * from unit_spellings
