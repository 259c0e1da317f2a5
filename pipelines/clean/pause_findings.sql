-- grain: one row per pause row and rule it breaks
-- key: source_file, source_sheet, source_row, rule_id
-- reads: pause_rows, dossiers
-- promises: rule_id is not null

with findings as (
    select
        pauses.source_file,
        pauses.source_sheet,
        pauses.source_row,
        pauses.unreadable,
        unnest(
            case
                when pauses.copy_no > 1 then ['P07']
                else [
                    case when pauses.unreadable <> '' then 'P01' end,
                    case when pauses.is_in_clock_change then 'P02' end,
                    case when dossiers.dossier_id is null then 'P03' end,
                    case
                        when
                            pauses.paused_at is null or pauses.resumed_at < pauses.paused_at
                            then 'P09'
                    end
                ]
            end
        ) as rule_id
    from pause_rows as pauses
    left join dossiers on pauses.dossier_id = dossiers.dossier_id
),

pause_findings as (
    select
        source_file,
        source_sheet,
        source_row,
        rule_id,
        case rule_id when 'P01' then unreadable else '' end as fields
    from findings
    where rule_id is not null
)

select * from pause_findings
