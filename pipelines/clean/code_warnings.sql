-- grain: one row per dossier row and rule by which its codes or words are doubtful
-- key: source_file, source_sheet, source_row, rule_id
-- reads: ranked_dossier_rows, numbered_sheets, calendar_days, dossier_code_patterns, unit_names
-- promises: rule_id is not null
-- Numbers are compared with the known patterns only where the profile says that they follow them. A
-- unit's code that had another owner at another time was joined by its date and is reported (D22).

with known_codes as (
    select distinct claims.dossier_id
    from ranked_dossier_rows as claims
    inner join numbered_sheets as sheets on claims.sheet_no = sheets.sheet_no
    inner join dossier_code_patterns as patterns
        on sheets.has_code_list and regexp_matches(claims.dossier_id, patterns.regex)
),

reused_codes as (
    select unit_key
    from unit_names
    where regexp_full_match(unit_key, '\d+') and not is_by_succession
    group by unit_key
    having count(distinct unit_id) > 1
),

standing as (
    select
        claims.*,
        sheets.has_code_list,
        known_codes.dossier_id is null as is_unknown_code,
        reused_codes.unit_key is not null as is_reused_code,
        abs(code_day.ordinal - day_of.ordinal) as days_off_code
    from ranked_dossier_rows as claims
    inner join numbered_sheets as sheets on claims.sheet_no = sheets.sheet_no
    left join known_codes on claims.dossier_id = known_codes.dossier_id
    left join reused_codes
        on sheets.has_unit_list and name_key(claims.unit_text) = reused_codes.unit_key
    left join calendar_days as code_day
        on sheets.calendar_id = code_day.calendar_id
        and code_date(claims.dossier_id) = code_day.day
    left join calendar_days as day_of
        on sheets.calendar_id = day_of.calendar_id and claims.received_on = day_of.day
    where claims.duplicate_no = 1
        and claims.conflict_no = 1
        and claims.source_rank = 1
        and not claims.is_superseded
),

doubts as (
    select
        source_file,
        source_sheet,
        source_row,
        unit_id,
        unnest([
            case when has_code_list and is_unknown_code then 'D02' end,
            case when days_off_code > 3 then 'D03' end,
            case when service_level in ('1', '2') and channel_in = 'online' then 'D09' end,
            case when is_reused_code then 'D22' end,
            case when late_reason is not null then 'D30' end
        ]) as rule_id
    from standing
),

code_warnings as (
    select
        source_file,
        source_sheet,
        source_row,
        rule_id,
        case when rule_id = 'D22' then coalesce(unit_id, '') else '' end as fields
    from doubts
    where rule_id is not null
)

select * from code_warnings
