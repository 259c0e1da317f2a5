-- grain: one row per step row and rule it breaks
-- key: source_file, source_sheet, source_row, rule_id
-- reads: step_rows, dossiers, file_snapshots
-- promises: rule_id is not null

with judged as (
    select
        steps.*,
        snapshots.snapshot_at,
        dossiers.dossier_id is null as is_orphan
    from step_rows as steps
    inner join file_snapshots as snapshots
        on steps.source_file = snapshots.source_file
        and steps.source_sheet = snapshots.source_sheet
    left join dossiers on steps.dossier_id = dossiers.dossier_id
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
