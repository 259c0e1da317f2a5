-- grain: one row per dossier row whose date of the end another source contradicts
-- key: row_kind, source_file, source_sheet, source_row, rule_id
-- reads: other_records, dossiers
-- promises: rule_id = 'P16'

with record_findings as (
    select
        'dossier' as row_kind,
        dossiers.source_file,
        dossiers.source_sheet,
        dossiers.source_row,
        'P16' as rule_id,
        string_agg(
            concat(
                others.source, ' ', timezone(dossiers.time_zone, others.ended_at)::date, ' <> ',
                dossiers.source, ' ',
                coalesce(
                    timezone(dossiers.time_zone, dossiers.resolved_at)::date::varchar,
                    dossiers.status
                )
            ),
            '; ' order by others.source
        ) as fields
    from other_records as others
    inner join dossiers on others.dossier_id = dossiers.dossier_id
    where others.differs
    group by dossiers.source_file, dossiers.source_sheet, dossiers.source_row
)

select * from record_findings
