-- grain: one row per dossier and profile whose outcome differs between two revisions
-- key: dossier_id, profile
-- reads: left_outcomes, right_outcomes, left_dossiers, right_dossiers
-- promises: left_outcome <> right_outcome

-- A dossier known to one revision only has not flipped; it stands in added_or_removed_dossiers. An
-- open one that is overdue by then, its due date the same, is so by the later snapshot.
with changed_outcomes as (
    select
        r.dossier_id,
        r.profile,
        d.unit_id,
        l.outcome as left_outcome,
        r.outcome as right_outcome,
        l.slack_seconds as left_slack_seconds,
        r.slack_seconds as right_slack_seconds,
        (l.due_at_used is distinct from r.due_at_used) as is_due_moved,
        (l.ended_at_used is distinct from r.ended_at_used) as is_end_moved,
        (
            l.outcome = 'open_in_time'
            and r.outcome = 'open_overdue'
            and l.due_at_used is not distinct from r.due_at_used
            and coalesce(b.snapshot_at < d.snapshot_at, false)
        ) as is_snapshot_moved
    from left_outcomes as l
    inner join right_outcomes as r on l.dossier_id = r.dossier_id and l.profile = r.profile
    left join left_dossiers as b on l.dossier_id = b.dossier_id
    left join right_dossiers as d on r.dossier_id = d.dossier_id
    where l.outcome <> r.outcome
)

select * from changed_outcomes
