-- grain: one row per dossier whose lateness its causes do not share out exactly
-- key: dossier_id
-- reads: outcomes, late_dossiers, causes
-- promises:
-- audit: audits.causes
-- Every dossier late under the profile has its row and its causes, and no other has; the seconds of
-- the causes add up to its overrun, their shares to 1. Shares are whole parts of share_whole.

with overdue as (
    select
        dossier_id,
        case when slack_seconds is not null then greatest(-slack_seconds, 0) end
            as overrun_seconds
    from outcomes
    where profile = getvariable('profile')
        and outcome in ('late', 'open_overdue')
),

cause_sums as (
    select
        dossier_id,
        sum(late_seconds)::bigint as late_seconds,
        sum(round(late_share * share_whole())::bigint)::bigint as parts,
        max(abs(late_share * share_whole() - round(late_share * share_whole()))) as rounding
    from causes
    group by dossier_id
),

broken_causes as (
    select
        coalesce(overdue.dossier_id, late_dossiers.dossier_id, cause_sums.dossier_id) as dossier_id,
        coalesce(overdue.overrun_seconds, 0) as overrun_seconds,
        coalesce(cause_sums.late_seconds, 0) as late_seconds,
        round(coalesce(cause_sums.parts, 0) / share_whole(), 6) as late_share
    from overdue
    full join late_dossiers on overdue.dossier_id = late_dossiers.dossier_id
    full join cause_sums on overdue.dossier_id = cause_sums.dossier_id
    where (
        overdue.dossier_id = late_dossiers.dossier_id
        and overdue.overrun_seconds is not distinct from late_dossiers.overrun_seconds
        and coalesce(overdue.overrun_seconds, 0) = cause_sums.late_seconds
        and cause_sums.parts = share_whole()
        and cause_sums.rounding < 0.000001
    ) is not true
)

select * from broken_causes
