-- grain: one row per step that one person completed in a batch of clicks
-- key: row_kind, source_file, source_sheet, source_row
-- reads: dossiers, steps, behaviour_limits
-- promises: rule_id = 'D24'
-- A batch is a run of completions by one person, each within batch_gap seconds of the one before,
-- over at least batch_size dossiers; the paper may have moved at other times. Mere dates (midnight)
-- say nothing, and clicking through one dossier's own steps is no batch.

with limits as (
    select
        max(case when limit_id = 'batch_gap' then value::integer end) as batch_gap,
        max(case when limit_id = 'batch_size' then value::integer end) as batch_size
    from behaviour_limits
),

completions as (
    select
        steps.source_file,
        steps.source_sheet,
        steps.source_row,
        steps.dossier_id,
        dossiers.source,
        steps.holder_id,
        steps.finished_at,
        date_diff(
            'second',
            lag(steps.finished_at) over person,
            steps.finished_at
        ) as gap_seconds
    from steps
    inner join dossiers on steps.dossier_id = dossiers.dossier_id
    where
        steps.holder_id is not null
        and timezone(dossiers.time_zone, steps.finished_at)::time <> time '00:00:00'
    window person as (
        partition by dossiers.source, steps.holder_id
        order by steps.finished_at, steps.source_file, steps.source_sheet, steps.source_row
    )
),

numbered as (
    select
        completions.*,
        limits.batch_size,
        count(*) filter (
            where completions.gap_seconds is null or completions.gap_seconds >= limits.batch_gap
        ) over (
            partition by completions.source, completions.holder_id
            order by
                completions.finished_at,
                completions.source_file,
                completions.source_sheet,
                completions.source_row
            rows between unbounded preceding and current row
        ) as batch_no
    from completions
    cross join limits
),

sized as (
    select
        *,
        count(distinct dossier_id) over (
            partition by source, holder_id, batch_no
        ) as dossiers_in_batch
    from numbered
),

behaviour_batches as (
    select
        'step' as row_kind,
        source_file,
        source_sheet,
        source_row,
        'D24' as rule_id,
        concat('n = ', dossiers_in_batch) as fields
    from sized
    where dossiers_in_batch >= batch_size
)

select * from behaviour_batches
