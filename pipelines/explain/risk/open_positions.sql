-- grain: one row per open dossier: when it is due, at which step it was waiting, and since when
-- key: dossier_id
-- reads: progress, outcomes, ledger, steps
-- promises: kind is not null or since_at is null
-- The last segment of its ledger. Without logged steps the columns of the position are missing.
-- holder_id is the pseudonym of a person, never a name.

with last_segments as (
    select
        ledger.dossier_id,
        arg_max_null(ledger.kind, ledger.segment_no) as kind,
        arg_max_null(ledger.step_no, ledger.segment_no) as step_no,
        arg_max_null(ledger.unit_id, ledger.segment_no) as step_unit_id,
        arg_max_null(ledger.holder_id, ledger.segment_no) as holder_id,
        max(ledger.from_at) as since_at
    from ledger
    semi join progress
        on ledger.dossier_id = progress.dossier_id
        and progress.ending = 'open'
    group by ledger.dossier_id
),

last_steps as (
    select
        steps.dossier_id,
        arg_max_null(steps.step, steps.step_no) as step
    from steps
    semi join last_segments on steps.dossier_id = last_segments.dossier_id
    group by steps.dossier_id
),

open_positions as (
    select
        progress.dossier_id,
        last_segments.kind,
        case when last_segments.step_no is null then last_steps.step else steps.step end as step,
        last_segments.step_no is null and last_steps.step is not null as is_after_step,
        last_segments.step_unit_id,
        last_segments.holder_id,
        last_segments.since_at,
        outcomes.due_at_used as due_at,
        progress.slack_seconds
    from progress
    inner join outcomes
        on progress.dossier_id = outcomes.dossier_id
        and outcomes.profile = getvariable('profile')
    left join last_segments on progress.dossier_id = last_segments.dossier_id
    left join last_steps on progress.dossier_id = last_steps.dossier_id
    left join steps
        on last_segments.dossier_id = steps.dossier_id
        and last_segments.step_no = steps.step_no
    where progress.ending = 'open'
)

select * from open_positions
