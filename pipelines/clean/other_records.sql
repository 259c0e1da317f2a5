-- grain: one row per dossier and other source that records it beside the one that counts
-- key: dossier_id, source
-- reads: ranked_dossier_rows, numbered_sheets, dossiers
-- promises: source <> counted_source; kept_by in ('office', 'portal')
-- The end by the record that does not count, for comparison: a second source of dates. differs says
-- that the two name different days of the end, or that the one that counts was still open after the
-- day on which the other ended.

with records as (
    select
        claims.*,
        sheets.kept_by,
        reported_end(claims.status, claims.reported_end_at, claims.returned_at) as ended_at
    from ranked_dossier_rows as claims
    inner join numbered_sheets as sheets on claims.sheet_no = sheets.sheet_no
    where claims.duplicate_no = 1 and claims.conflict_no = 1 and not claims.is_superseded
),

others as (
    select *
    from records
    where source_rank > 1
),

counted_records as (
    select
        dossier_id,
        kept_by
    from records
    where source_rank = 1
),

other_records as (
    select
        others.dossier_id,
        others.source,
        others.kept_by,
        dossiers.source as counted_source,
        counted_records.kept_by as counted_kept_by,
        others.status,
        others.due_at,
        others.ended_at,
        others.paper_result_on,
        others.snapshot_at,
        case
            when others.ended_at is null then false
            when dossiers.resolved_at is null
                then timezone(others.time_zone, others.ended_at)::date
                    < timezone(dossiers.time_zone, dossiers.snapshot_at)::date
            else timezone(others.time_zone, others.ended_at)::date
                <> timezone(dossiers.time_zone, dossiers.resolved_at)::date
        end as differs,
        others.source_file,
        others.source_sheet,
        others.source_row
    from others
    inner join dossiers on others.dossier_id = dossiers.dossier_id
    inner join counted_records on others.dossier_id = counted_records.dossier_id
)

select * from other_records
