-- grain: one row per dossier that breaks no rule of severity error
-- key: dossier_id
-- reads: ranked_dossier_rows, numbered_sheets, dossier_findings, lateness_exclusions,
--   first_due_dates, parsed_papers, quality_rules
-- promises: received_at <= snapshot_at; resolved_at is null or resolved_at >= received_at;
--   status is not null; unit_id is not null; time_zone is not null
-- An open status outranks an end date, which is kept as reported_end_at (rule P05). Where a source
-- prints no status, a dossier with an end date is resolved, one without is open. An end that is a
-- date only, on the day of reception, is not before the reception; where only the return is dated,
-- the result was ready by then. due_first_from is the origin of due_first_at: a column, a note or
-- an earlier export; one that equals the due date less 7 days is not used (P13).
-- A paper register gives the date of the paper where the record itself has none, of several the
-- latest. lateness_excluded names the rules by which no profile may judge the dossier.

with quarantined_rows as (
    select distinct
        findings.source_file,
        findings.source_sheet,
        findings.source_row
    from dossier_findings as findings
    inner join quality_rules as rules on findings.rule_id = rules.rule_id
    where rules.severity in ('error', 'merged')
),

paper_dates as (
    select
        dossier_id,
        max(paper_result_on) as registered_on
    from parsed_papers
    group by dossier_id
),

accepted_rows as (
    select
        dossiers.*,
        sheets.calendar_id,
        sheets.synthetic,
        coalesce(dossiers.reported_end_at, dossiers.returned_at) as ended_at,
        coalesce(
            dossiers.status,
            case
                when coalesce(dossiers.reported_end_at, dossiers.returned_at) is null
                    then 'in_progress'
                else 'resolved'
            end
        ) as status_used,
        exclusions.lateness_excluded,
        case
            when
                dossiers.due_first_from = 'note'
                or coalesce(
                    timezone(dossiers.time_zone, dossiers.due_first_at)::date
                    <> timezone(dossiers.time_zone, dossiers.due_at)::date - 7,
                    true
                )
                then dossiers.due_first_at
        end as due_first_stated,
        nullif(first_due_dates.due_at, dossiers.due_at) as due_first_seen,
        paper_dates.registered_on
    from ranked_dossier_rows as dossiers
    inner join numbered_sheets as sheets on dossiers.sheet_no = sheets.sheet_no
    left join lateness_exclusions as exclusions
        on dossiers.source_file = exclusions.source_file
        and dossiers.source_sheet = exclusions.source_sheet
        and dossiers.source_row = exclusions.source_row
    left join first_due_dates on dossiers.dossier_id = first_due_dates.dossier_id
    left join paper_dates on dossiers.dossier_id = paper_dates.dossier_id
    anti join quarantined_rows
        on dossiers.source_file = quarantined_rows.source_file
        and dossiers.source_sheet = quarantined_rows.source_sheet
        and dossiers.source_row = quarantined_rows.source_row
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
        coalesce(due_first_stated, due_first_seen) as due_first_at,
        case
            when due_first_stated is not null then due_first_from
            when due_first_seen is not null then 'export'
        end as due_first_from,
        case
            when not is_open_status(status_used) then clamp(ended_at, received_at, snapshot_at)
        end as resolved_at,
        reported_end_at,
        returned_at,
        coalesce(paper_result_on, registered_on) as paper_result_on,
        status_used as status,
        late_reason,
        lateness_excluded,
        snapshot_at,
        calendar_id,
        time_zone,
        term_value,
        term_unit,
        synthetic,
        columns(lambda name: starts_with(name, 'x_') or name = 'source_file'),
        source_sheet,
        source_row
    from accepted_rows
)

select * from dossiers -- noqa: AM04
