-- grain: one row per dossier row whose due date changed, or whose status went back, between exports
-- key: row_kind, source_file, source_sheet, source_row, rule_id
-- reads: dossier_history, ranked_dossier_rows
-- promises: rule_id in ('D28', 'D29')
-- The newest row of the dossier is reported. A status goes back when an ended dossier is open
-- again, a returned one is only resolved, or one that was received is only submitted.

with status_ranks as (
    select
        *,
        case
            when field = 'due_at' then null
            when value = 'returned' then 3
            when value in ('resolved', 'withdrawn', 'rejected', 'refused_intake') then 2
            when value = 'submitted' then 0
            else 1
        end as progress
    from dossier_history
),

value_changes as (
    select
        *,
        lag(value) over (partition by dossier_id, field order by snapshot_at) as value_before,
        lag(progress) over (partition by dossier_id, field order by snapshot_at) as progress_before
    from status_ranks
),

broken as (
    select
        dossier_id,
        case when field = 'due_at' then 'D28' else 'D29' end as rule_id,
        string_agg(concat(value_before, ' > ', value), '; ' order by snapshot_at) as fields
    from value_changes
    where
        (field = 'due_at' and value_before is not null)
        or (field = 'status' and progress < progress_before)
    group by dossier_id, field
),

history_findings as (
    select
        'dossier' as row_kind,
        claims.source_file,
        claims.source_sheet,
        claims.source_row,
        broken.rule_id,
        broken.fields
    from broken
    inner join ranked_dossier_rows as claims
        on broken.dossier_id = claims.dossier_id
        and not claims.is_superseded
        and claims.duplicate_no = 1
        and claims.conflict_no = 1
        and claims.source_rank = 1
)

select * from history_findings
