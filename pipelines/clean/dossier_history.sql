-- grain: one row per dossier, field and export in which the field's value had changed
-- key: dossier_id, field, snapshot_at
-- reads: ranked_dossier_rows
-- promises: field in ('due_at', 'status')
-- Only dossiers in two or more exports of the source that counts, from their first value on. Due
-- instants are written in UTC; a deleted due date is an empty value.

with seen as (
    select
        dossier_id,
        snapshot_at,
        strftime(timezone('UTC', due_at), '%Y-%m-%dT%H:%M:%SZ') as due_at,
        status
    from ranked_dossier_rows
    where dossier_id is not null
        and duplicate_no = 1
        and conflict_no = 1
        and source_rank = 1
        and unreadable = ''
    qualify min(snapshot_at) over (partition by dossier_id) < max(snapshot_at) over (
        partition by dossier_id
    )
),

field_values as (
    select
        dossier_id,
        'due_at' as field,
        snapshot_at,
        coalesce(due_at, '') as value
    from seen
    union all
    select
        dossier_id,
        'status' as field,
        snapshot_at,
        coalesce(status, '') as value
    from seen
),

dossier_history as (
    select *
    from field_values
    qualify
        lag(value) over (partition by dossier_id, field order by snapshot_at)
        is distinct from value
)

select * from dossier_history
