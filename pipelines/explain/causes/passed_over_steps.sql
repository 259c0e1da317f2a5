-- grain: one row per judged dossier and step that lay while its holder took up others at once
-- key: dossier_no, step_no
-- reads: ledger, cause_dossiers, cause_steps
-- promises: passed_second > 0
-- Where a log lacks arrivals, the gap before a step may be a transfer or a queue. Of the three
-- steps of that name that the holder began just before, one had come later, is due no sooner and
-- was taken up within a third of that time, in the middle of the gap: no queue stood there then, so
-- that the dossier had not come yet. One taken up near the end of the gap may be of one batch with
-- it, and says nothing.

with gaps as (
    select
        dossiers.dossier_no,
        ledger.step_no,
        steps.unit_no,
        steps.step_code,
        steps.holder_no,
        dossiers.due_second,
        min(epoch_second(ledger.from_at)) as ready_second,
        max(epoch_second(ledger.to_at)) as started_second
    from ledger
    inner join cause_dossiers as dossiers on ledger.dossier_id = dossiers.dossier_id
    inner join cause_steps as steps
        on dossiers.dossier_no = steps.dossier_no
        and ledger.step_no = steps.step_no
    where ledger.phase = 'gap_or_wait'
        and ledger.kind = 'queue'
        and steps.step_kind <> 'assign'
        and steps.holder_no is not null
        and not steps.is_first
        and not steps.is_same_holder
    group by
        dossiers.dossier_no,
        ledger.step_no,
        steps.unit_no,
        steps.step_code,
        steps.holder_no,
        dossiers.due_second
),

passings as (
    select
        dossier_no,
        step_no,
        due_second,
        ready_second,
        started_second,
        (started_second - ready_second) / 3 as third,
        unnest([
            lag(ready_second, 1) over desk,
            lag(ready_second, 2) over desk,
            lag(ready_second, 3) over desk
        ]) as other_ready_second,
        unnest([
            lag(started_second, 1) over desk,
            lag(started_second, 2) over desk,
            lag(started_second, 3) over desk
        ]) as other_started_second,
        unnest([
            lag(due_second, 1) over desk,
            lag(due_second, 2) over desk,
            lag(due_second, 3) over desk
        ]) as other_due_second
    from gaps
    window desk as (
        partition by unit_no, step_code, holder_no
        order by started_second, dossier_no, step_no
    )
),

passed_over_steps as (
    select
        dossier_no,
        step_no,
        max(other_started_second)::integer as passed_second
    from passings
    where other_ready_second > ready_second
        and other_due_second >= due_second
        and other_started_second - other_ready_second <= third
        and other_started_second between ready_second + third and started_second - third
    group by dossier_no, step_no
)

select * from passed_over_steps
