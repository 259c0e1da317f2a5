-- grain: one row per step that one person completed in a batch of clicks
-- key: row_kind, source_file, source_sheet, source_row
-- reads: dossiers, parsed_steps, excluded_steps, numbered_sheets, behaviour_limits
-- promises: rule_id = 'D24'
-- A batch is a run of completions by one person, each within batch_gap seconds of the one before,
-- over at least batch_size dossiers (two or more); the paper may have moved at other times. Stamps
-- at midnight are dates and are left out, and so are the steps of one dossier clicked in a row.

with limits as (
    select
        max(case when limit_id = 'batch_gap' then value::integer end) as batch_gap,
        max(case when limit_id = 'batch_size' then value::integer end) as batch_size
    from behaviour_limits
),

completions as (
    select
        steps.row_id,
        hash(dossiers.source, steps.holder_id) as person,
        steps.finished_at
    from parsed_steps as steps
    inner join dossiers on steps.dossier_id = dossiers.dossier_id
    anti join excluded_steps on steps.row_id = excluded_steps.row_id
    where
        steps.holder_id is not null
        and timezone(dossiers.time_zone, steps.finished_at)::time <> time '00:00:00'
),

completion_gaps as (
    select
        *,
        epoch_second(finished_at) - epoch_second(lag(finished_at) over turn) as seconds_before,
        epoch_second(lead(finished_at) over turn) - epoch_second(finished_at) as seconds_after
    from completions
    window turn as (partition by person order by finished_at, row_id)
),

close_completions as (
    select
        completion_gaps.*,
        steps.dossier_id,
        limits.batch_gap,
        limits.batch_size
    from completion_gaps
    cross join limits
    inner join parsed_steps as steps on completion_gaps.row_id = steps.row_id
    where
        completion_gaps.seconds_before < limits.batch_gap
        or completion_gaps.seconds_after < limits.batch_gap
),

batched_steps as (
    select
        *,
        count(*) filter (where seconds_before is null or seconds_before >= batch_gap) over (
            partition by person
            order by finished_at, row_id
            rows between unbounded preceding and current row
        ) as batch_no
    from close_completions
),

batch_sizes as (
    select
        *,
        count(distinct dossier_id) over (
            partition by person, batch_no
        ) as dossiers_in_batch
    from batched_steps
),

behaviour_batches as (
    select
        'step' as row_kind,
        sheets.source_file,
        sheets.source_sheet,
        row_of(batch_sizes.row_id) as source_row,
        'D24' as rule_id,
        concat('n = ', batch_sizes.dossiers_in_batch) as fields
    from batch_sizes
    inner join numbered_sheets as sheets on sheet_of(batch_sizes.row_id) = sheets.sheet_no
    where batch_sizes.dossiers_in_batch >= batch_sizes.batch_size
)

select * from behaviour_batches
