-- grain: one row per dossier whose earlier exports named a due date: the first of them
-- key: dossier_id
-- reads: dossier_claims
-- promises: due_at is not null
-- Exports of the source whose record counts; what another source says of the due date is no change.

with first_dues as (
    select
        dossier_id,
        min_by(due_at, snapshot_at) as due_at
    from dossier_claims
    where is_superseded and copy_no = 1 and claim_no = 1 and record_no = 1 and due_at is not null
    group by dossier_id
)

select * from first_dues
