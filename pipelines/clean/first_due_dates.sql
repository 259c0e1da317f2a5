-- grain: one row per dossier with a due date in earlier exports: the first of them
-- key: dossier_id
-- reads: ranked_dossier_rows
-- promises: due_at is not null
-- Exports of the source that counts; a due date of another source is not a change.

with first_due_dates as (
    select
        dossier_id,
        min_by(due_at, snapshot_at) as due_at
    from ranked_dossier_rows
    where
        is_superseded
        and duplicate_no = 1
        and conflict_no = 1
        and source_rank = 1
        and due_at is not null
    group by dossier_id
)

select * from first_due_dates
