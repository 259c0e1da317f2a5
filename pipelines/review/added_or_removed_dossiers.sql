-- grain: one row per dossier that exists in only one of two revisions
-- key: dossier_id
-- reads: left_dossiers, right_dossiers
-- promises: change in ('appeared', 'disappeared')

with added_or_removed_dossiers as (
    select
        coalesce(l.dossier_id, r.dossier_id) as dossier_id,
        coalesce(l.unit_id, r.unit_id) as unit_id,
        coalesce(l.source_file, r.source_file) as source_file,
        coalesce(l.source_row, r.source_row) as source_row,
        case when l.dossier_id is null then 'appeared' else 'disappeared' end as change
    from left_dossiers as l
    full join right_dossiers as r on l.dossier_id = r.dossier_id
    where l.dossier_id is null or r.dossier_id is null
)

select * from added_or_removed_dossiers
