-- grain: one row per step row and rule it breaks
-- key: source_file, source_sheet, source_row, rule_id
-- reads: step_claims, step_pairs, dossiers
-- promises: rule_id is not null

with judged as (
    select
        steps.*,
        dossiers.dossier_id is null as is_orphan,
        coalesce(pairs.is_joined, false) as is_joined
    from step_claims as steps
    left join dossiers on steps.dossier_id = dossiers.dossier_id
    left join step_pairs as pairs
        on steps.source_file = pairs.source_file
        and steps.source_sheet = pairs.source_sheet
        and steps.source_row = pairs.source_row
),

findings as (
    select
        source_file,
        source_sheet,
        source_row,
        unreadable,
        unnest(
            case
                when copy_no > 1 then ['P07']
                when is_superseded then ['P12']
                when is_joined then ['P11']
                else [
                    case
                        when greatest(arrived_at, started_at, finished_at) > snapshot_at then 'D06'
                    end,
                    case when unreadable <> '' then 'P01' end,
                    case when is_in_clock_change then 'P02' end,
                    case when is_orphan then 'P03' end,
                    case when unit_id is null then 'P06' end,
                    case
                        when
                            finished_at < coalesce(started_at, arrived_at)
                            or started_at < arrived_at
                            then 'P08'
                    end
                ]
            end
        ) as rule_id
    from judged
),

step_findings as (
    select
        source_file,
        source_sheet,
        source_row,
        rule_id,
        case rule_id when 'P01' then unreadable else '' end as fields
    from findings
    where rule_id is not null
)

select * from step_findings
