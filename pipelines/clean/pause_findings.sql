-- grain: one row per pause row and rule it breaks
-- key: source_file, source_sheet, source_row, rule_id
-- reads: parsed_pauses, dossiers, file_snapshots
-- promises: rule_id is not null
-- As with steps, the pauses of a dossier are those of one source, and of its newest export with
-- any; an office's own list has precedence over a portal's.

with pause_rows as (
    select
        pauses.*,
        snapshots.snapshot_at,
        snapshots.snapshot_at
        < max(snapshots.snapshot_at) over (partition by pauses.dossier_id, pauses.source)
            as is_superseded,
        (pauses.kept_by, pauses.source)
        > min((pauses.kept_by, pauses.source)) over (partition by pauses.dossier_id) as is_second,
        row_number() over (
            partition by
                pauses.dossier_id, pauses.reason, pauses.paused_at, pauses.resumed_at,
                pauses.unreadable, pauses.implausible, pauses.source, snapshots.snapshot_at
            order by pauses.source_file, pauses.source_sheet, pauses.source_row
        ) as duplicate_no
    from parsed_pauses as pauses
    inner join file_snapshots as snapshots
        on pauses.source_file = snapshots.source_file
        and pauses.source_sheet = snapshots.source_sheet
),

findings as (
    select
        pauses.source_file,
        pauses.source_sheet,
        pauses.source_row,
        pauses.unreadable,
        pauses.implausible,
        unnest(
            case
                when pauses.duplicate_no > 1 then ['P07']
                when pauses.is_superseded then ['P12']
                when pauses.is_second then ['P15']
                else [
                    case when pauses.implausible <> '' then 'D18' end,
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
        case rule_id when 'P01' then unreadable when 'D18' then implausible else '' end as fields
    from findings
    where rule_id is not null
)

select * from pause_findings
