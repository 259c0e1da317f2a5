-- grain: one row per file, sheet and field that breaks a rule about whole files or columns
-- key: source_file, source_sheet, field, rule_id
-- reads: parsed_dossiers, landed_files, landed_sheet_findings, stamp_findings
-- promises: rule_id in (
--     'D16', 'D20', 'D40', 'F03', 'F04', 'F05', 'F06', 'F07', 'F08', 'F09', 'F10', 'P19', 'P20',
--     'P21');
--   rule_id <> 'D16' or n_values >= 20
-- A column in which every stamp has the same time of day has days, not instants: durations from it
-- are whole days. Fewer than 20 values are not enough. A file in the letters of an old font was
-- converted as a whole by its reader.

with stamps as (
    select source_file, source_sheet, 'received_at' as field, received_at as stamp, time_zone
    from parsed_dossiers
    union all
    select source_file, source_sheet, 'resolved_at' as field, reported_end_at as stamp, time_zone
    from parsed_dossiers
    union all
    select source_file, source_sheet, 'returned_at' as field, returned_at as stamp, time_zone
    from parsed_dossiers
),

times_of_day as (
    select
        source_file,
        source_sheet,
        field,
        timezone(time_zone, stamp)::time as time_of_day
    from stamps
    where stamp is not null
),

time_counts as (
    select
        source_file,
        source_sheet,
        field,
        count(*) as n_values,
        count(distinct time_of_day) as n_times,
        min(time_of_day)::varchar as time_of_day
    from times_of_day
    group by source_file, source_sheet, field
),

source_findings as (
    select
        'D16' as rule_id,
        source_file,
        source_sheet,
        field,
        n_values,
        time_of_day
    from time_counts
    where n_times = 1 and n_values >= 20
    union all
    select
        'D20' as rule_id,
        source_file,
        source_sheet,
        encoding as field,
        rows_landed as n_values,
        null as time_of_day
    from landed_files
    where encoding in ('tcvn3', 'vni', 'cp1258')
    union all
    select
        rule_id,
        source_file,
        source_sheet,
        field,
        n_values,
        case when rule_id <> 'P21' then '00:00:00' end as time_of_day
    from stamp_findings
    union all
    select
        rule_id,
        source_file,
        source_sheet,
        field,
        n_values,
        null as time_of_day
    from landed_sheet_findings
)

select * from source_findings
