-- grain: one row per dossier and kind of change between its records in two revisions
-- key: dossier_id, change
-- reads: left_dossiers, right_dossiers
-- promises: change in ('closed', 'status_back', 'end_revised', 'due_reissued', 'due_added',
--   'due_removed', 'reception_revised', 'unit_renamed', 'procedure_renamed')
-- What a later export says otherwise of the same dossier: it was closed; its status went back; its
-- end, its due date or its reception was changed; it stands under another unit or procedure.
-- Instants are written in the zone of the dossier.

with record_pairs as (
    select
        r.dossier_id,
        r.unit_id,
        l.unit_id as left_unit_id,
        l.procedure_id as left_procedure_id,
        r.procedure_id as right_procedure_id,
        l.status as left_status,
        r.status as right_status,
        timezone(r.time_zone, l.due_at) as left_due_at,
        timezone(r.time_zone, r.due_at) as right_due_at,
        timezone(r.time_zone, l.received_at) as left_received_at,
        timezone(r.time_zone, r.received_at) as right_received_at,
        timezone(
            r.time_zone, reported_end(l.status, l.resolved_at, l.returned_at)
        ) as left_end_at,
        timezone(
            r.time_zone, reported_end(r.status, r.resolved_at, r.returned_at)
        ) as right_end_at
    from left_dossiers as l
    inner join right_dossiers as r on l.dossier_id = r.dossier_id
    -- of a million dossiers most are as they were: they are left out before instants are written
    where
        l.unit_id is distinct from r.unit_id
        or l.procedure_id is distinct from r.procedure_id
        or l.status is distinct from r.status
        or l.due_at is distinct from r.due_at
        or l.received_at is distinct from r.received_at
        or l.resolved_at is distinct from r.resolved_at
        or l.returned_at is distinct from r.returned_at
),

possible_changes as (
    select
        dossier_id,
        unit_id,
        unnest([
            {
                'change': 'closed',
                'is_so': is_open_status(left_status) and not is_open_status(right_status),
                'left_value': left_status,
                'right_value': right_status
            },
            {
                'change': 'status_back',
                'is_so': status_rank(right_status) < status_rank(left_status),
                'left_value': left_status,
                'right_value': right_status
            },
            {
                'change': 'end_revised',
                'is_so': left_end_at <> right_end_at,
                'left_value': left_end_at::varchar,
                'right_value': right_end_at::varchar
            },
            {
                'change': 'due_reissued',
                'is_so': left_due_at <> right_due_at,
                'left_value': left_due_at::varchar,
                'right_value': right_due_at::varchar
            },
            {
                'change': 'due_added',
                'is_so': left_due_at is null and right_due_at is not null,
                'left_value': null::varchar,
                'right_value': right_due_at::varchar
            },
            {
                'change': 'due_removed',
                'is_so': left_due_at is not null and right_due_at is null,
                'left_value': left_due_at::varchar,
                'right_value': null::varchar
            },
            {
                'change': 'reception_revised',
                'is_so': left_received_at <> right_received_at,
                'left_value': left_received_at::varchar,
                'right_value': right_received_at::varchar
            },
            {
                'change': 'unit_renamed',
                'is_so': left_unit_id <> unit_id,
                'left_value': left_unit_id,
                'right_value': unit_id
            },
            {
                'change': 'procedure_renamed',
                'is_so': left_procedure_id <> right_procedure_id,
                'left_value': left_procedure_id,
                'right_value': right_procedure_id
            }
        ]) as possible
    from record_pairs
),

changed_records as (
    select
        possible_changes.dossier_id,
        possible_changes.possible.change,
        possible_changes.unit_id,
        possible_changes.possible.left_value,
        possible_changes.possible.right_value
    from possible_changes
    where possible_changes.possible.is_so
)

select * from changed_records
