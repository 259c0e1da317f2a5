-- grain: one row per step row and rule it breaks
-- key: row_id, rule_id
-- reads: parsed_steps, duplicate_steps, superseded_steps, secondary_source_steps, step_pairs,
--   file_snapshots,
--   dossiers
-- promises: rule_id is not null

with step_rows as (
    select
        steps.row_id,
        steps.unreadable,
        steps.implausible,
        repeats.row_id is not null as is_repeat,
        superseded.row_id is not null as is_superseded,
        secondary.row_id is not null as is_secondary,
        coalesce(pairs.is_joined, false) as is_joined,
        coalesce(pairs.is_stepless, false) as is_stepless,
        coalesce(pairs.is_passed, false) as is_passed,
        greatest(steps.arrived_at, steps.started_at, steps.finished_at) > snapshots.snapshot_at
            as is_future,
        steps.is_in_clock_change,
        dossiers.dossier_id is null as is_orphan,
        steps.unit_id is null as is_nowhere,
        steps.finished_at < coalesce(steps.started_at, steps.arrived_at)
        or steps.started_at < steps.arrived_at as is_reversed
    from parsed_steps as steps
    inner join file_snapshots as snapshots on steps.sheet_no = snapshots.sheet_no
    left join duplicate_steps as repeats on steps.row_id = repeats.row_id
    left join superseded_steps as superseded on steps.row_id = superseded.row_id
    left join secondary_source_steps as secondary on steps.row_id = secondary.row_id
    left join step_pairs as pairs on steps.row_id = pairs.row_id
    left join dossiers on steps.dossier_id = dossiers.dossier_id
),

odd as (
    select *
    from step_rows
    where
        is_repeat or is_superseded or is_secondary or is_joined or is_future or unreadable <> ''
        or implausible <> '' or is_in_clock_change or is_orphan or is_nowhere or is_reversed
        or is_passed
),

findings as (
    select
        row_id,
        unreadable,
        implausible,
        unnest(
            case
                when is_repeat then ['P07']
                when is_superseded then ['P12']
                when is_secondary then ['P15']
                when is_stepless then ['P17']
                when is_joined then ['P11']
                else [
                    case when is_future then 'D06' end,
                    case when implausible <> '' then 'D18' end,
                    case when unreadable <> '' then 'P01' end,
                    case when is_in_clock_change then 'P02' end,
                    case when is_orphan then 'P03' end,
                    case when is_nowhere then 'P06' end,
                    case when is_reversed then 'P08' end,
                    case when is_passed then 'P18' end
                ]
            end
        ) as rule_id
    from odd
),

step_findings as (
    select
        row_id,
        rule_id,
        case rule_id when 'P01' then unreadable when 'D18' then implausible else '' end
            as fields
    from findings
    where rule_id is not null
)

select * from step_findings
