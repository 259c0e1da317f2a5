-- grain: one row per dossier that resembles another one under a second number
-- key: row_kind, source_file, source_sheet, source_row
-- reads: dossiers, landed_dossiers
-- promises: rule_id = 'D23'
-- Same keyed digest of the applicant, same procedure, same day of reception. The digest exists only
-- where WORKBENCH_KEY was set at ingest; without it applicants are unknown and no row results.

with applicant_rows as (
    select null::varchar as x_applicant_key
    where false
    union all by name
    select * from landed_dossiers
),

entries as (
    select
        dossiers.source_file,
        dossiers.source_sheet,
        dossiers.source_row,
        count(*) over (
            partition by applicant_rows.x_applicant_key, dossiers.procedure_id, dossiers.received_on
        ) as n_alike
    from dossiers
    inner join applicant_rows
        on dossiers.source_file = applicant_rows.source_file
        and dossiers.source_sheet = applicant_rows.source_sheet
        and dossiers.source_row = applicant_rows.source_row
    where applicant_rows.x_applicant_key is not null
),

behaviour_double_entries as (
    select
        'dossier' as row_kind,
        source_file,
        source_sheet,
        source_row,
        'D23' as rule_id,
        concat('n = ', n_alike) as fields
    from entries
    where n_alike > 1
)

select * from behaviour_double_entries
