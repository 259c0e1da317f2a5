-- grain: one row per dossier row and rule it breaks
-- key: source_file, source_sheet, source_row, rule_id
-- reads: ranked_dossier_rows
-- promises: rule_id is not null
-- A duplicate has no other finding, nor has a row of an earlier export or of a source that does not
-- count. Within one export a row with the same number and other content is rejected in favour of
-- the first.

with dossier_rows as (
    select
        *,
        is_open_status(status) as is_open
    from ranked_dossier_rows
),

findings as (
    select
        source_file,
        source_sheet,
        source_row,
        unreadable,
        in_clock_changes,
        unnest(
            case
                when duplicate_no > 1 then ['P07']
                when is_superseded then ['P12']
                when conflict_no = 1 and source_rank > 1 then ['P15']
                else [
                    case when dossier_id is null or conflict_no > 1 then 'D01' end,
                    case
                        when received_at is not null then null
                        when status in ('submitted', 'refused_intake') then 'P10'
                        else 'D04'
                    end,
                    case when received_at > snapshot_at then 'D05' end,
                    case when greatest(reported_end_at, returned_at) > snapshot_at then 'D06' end,
                    case
                        when
                            ends_before(reported_end_at, received_at, time_zone)
                            then 'D07'
                    end,
                    case
                        when
                            status in ('resolved', 'returned')
                            and coalesce(reported_end_at, returned_at) is null
                            and not contains(unreadable, 'resolved_at')
                            and not contains(unreadable, 'returned_at')
                            then 'D08'
                    end,
                    case
                        when
                            due_at is null
                            and term_value is null
                            and not contains(unreadable, 'due_at')
                            and not contains(implausible, 'due_at')
                            then 'D10'
                    end,
                    -- without a date the owner of the unit's name is undecidable
                    case
                        when
                            unit_id is null
                            and (
                                unit_text is null
                                or coalesce(received_at, submitted_at) is not null
                            )
                            then 'D21'
                    end,
                    case when is_by_succession then 'D42' end,
                    case when unreadable <> '' then 'P01' end,
                    case when in_clock_changes <> '' then 'P02' end,
                    case when is_unknown_procedure then 'P04' end,
                    case when is_open and reported_end_at is not null then 'P05' end
                ]
            end
        ) as rule_id
    from dossier_rows
),

dossier_findings as (
    select
        source_file,
        source_sheet,
        source_row,
        rule_id,
        case rule_id when 'P01' then unreadable when 'P02' then in_clock_changes else '' end
            as fields
    from findings
    where rule_id is not null
)

select * from dossier_findings
