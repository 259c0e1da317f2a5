-- grain: one row per dossier that breaks no rule of severity error
-- key: dossier_id
-- reads: dossier_rows, dossier_findings, file_snapshots, quality_rules
-- promises: received_at <= snapshot_at; resolved_at is null or resolved_at >= received_at;
--   status is not null; unit_id is not null; time_zone is not null
-- An open status outranks a date of the end, which stays as reported_end_at (rule P05). Where a
-- register prints no status, a dossier with a date of its end is resolved, one without is open.
-- An end that is a mere date, on the day of reception, is not before the reception.

with refused as (
    select distinct
        findings.source_file,
        findings.source_sheet,
        findings.source_row
    from dossier_findings as findings
    inner join quality_rules as rules on findings.rule_id = rules.rule_id
    where rules.severity in ('error', 'merged')
),

kept as (
    select
        dossiers.*,
        snapshots.snapshot_at,
        coalesce(
            dossiers.status,
            case when dossiers.reported_end_at is null then 'in_progress' else 'resolved' end
        ) as status_used
    from dossier_rows as dossiers
    inner join file_snapshots as snapshots
        on dossiers.source_file = snapshots.source_file
        and dossiers.source_sheet = snapshots.source_sheet
    anti join refused
        on dossiers.source_file = refused.source_file
        and dossiers.source_sheet = refused.source_sheet
        and dossiers.source_row = refused.source_row
),

dossiers as (
    select
        dossier_id,
        source,
        unit_id,
        procedure_id,
        procedure_name,
        field_of_work,
        channel_in,
        channel_out,
        service_level,
        processed_online = 'yes' as processed_online,
        applicant_kind,
        submitted_at,
        received_at,
        received_on,
        due_at,
        due_first_at,
        case
            when
                status_used not in (
                    'submitted', 'received', 'in_progress', 'supplement', 'financial'
                )
                then held(reported_end_at, received_at, snapshot_at)
        end as resolved_at,
        reported_end_at,
        returned_at,
        paper_result_on,
        status_used as status,
        snapshot_at,
        calendar_id,
        time_zone,
        term_value,
        term_unit,
        synthetic,
        * exclude (
            dossier_id, source, unit_id, procedure_id, procedure_name, field_of_work, channel_in,
            channel_out, service_level, processed_online, applicant_kind, submitted_at,
            received_at, received_on, due_at, due_first_at, reported_end_at, returned_at,
            paper_result_on, status, status_used, snapshot_at, calendar_id, time_zone, term_value,
            term_unit, synthetic, source_file, source_sheet, source_row, record, day_first,
            has_unit_list, has_procedure_list, copy_no, unit_text, is_unknown_procedure,
            unreadable, in_clock_changes
        ),
        source_file,
        source_sheet,
        source_row
    from kept
)

select * from dossiers -- noqa: AM04
