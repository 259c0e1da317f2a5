-- grain: one row per dossier whose ledger does not split its clock exactly, or that is not judged
--   once per profile
-- key: dossier_id
-- reads: ledger, dossier_calendars, outcomes, profiles
-- promises:
-- audit: audits.ledger
-- The segments cover the time from the start of the clock to its end without overlap or gap, and
-- their working seconds add up to those used and those paused, under every profile; and every
-- profile has judged the dossier (once, by the key of outcomes). Segments run forward, so they
-- cover it exactly where every bound between the two ends closes one segment and opens another;
-- sums of hashes show this without sorting the segments. A clock that the calendar does not cover
-- has no seconds under any profile, and no segments.

with spans as (
    select
        dossier_id,
        to_timestamp(start_second) as from_at,
        to_timestamp(end_second) as to_at,
        (end_second - start_second)::bigint as clock_seconds
    from dossier_calendars
),

totals as (
    select
        dossier_id,
        min(from_at) as from_at,
        max(to_at) as to_at,
        sum(hash(from_at)::hugeint - hash(to_at)::hugeint) as turnover,
        sum(clock_seconds)::bigint as clock_seconds,
        sum(work_seconds)::bigint as work_seconds,
        sum(case when kind = 'pause' then work_seconds else 0 end)::bigint as paused_seconds
    from ledger
    group by dossier_id
),

judgements as (
    select
        dossier_id,
        count(*) as n_outcomes,
        count(used_seconds + paused_seconds) as n_timed,
        min(used_seconds + paused_seconds) as least_seconds,
        max(used_seconds + paused_seconds) as most_seconds,
        min(paused_seconds) as least_paused,
        max(paused_seconds) as most_paused
    from outcomes
    group by dossier_id
),

profile_count as (
    select count(*) as n_profiles
    from profiles
),

broken_ledgers as (
    select
        coalesce(spans.dossier_id, totals.dossier_id) as dossier_id,
        coalesce(judgements.n_outcomes, 0) as n_outcomes,
        profile_count.n_profiles,
        coalesce(totals.work_seconds, 0) as work_seconds,
        judgements.most_seconds as used_and_paused_seconds,
        coalesce(totals.clock_seconds, 0) as clock_seconds,
        spans.clock_seconds as elapsed_seconds
    from spans
    full join totals on spans.dossier_id = totals.dossier_id
    left join judgements on spans.dossier_id = judgements.dossier_id
    cross join profile_count
    where (
        judgements.n_outcomes = profile_count.n_profiles
        and case
            when totals.dossier_id is null then spans.clock_seconds = 0 or judgements.n_timed = 0
            else
                totals.clock_seconds = spans.clock_seconds
                and totals.from_at = spans.from_at
                and totals.to_at = spans.to_at
                and totals.turnover
                = hash(spans.from_at)::hugeint - hash(spans.to_at)::hugeint
        end
        and case
            when judgements.n_timed > 0
                then
                judgements.n_timed = judgements.n_outcomes
                and coalesce(totals.work_seconds, 0) = judgements.least_seconds
                and coalesce(totals.work_seconds, 0) = judgements.most_seconds
                and coalesce(totals.paused_seconds, 0) = judgements.least_paused
                and coalesce(totals.paused_seconds, 0) = judgements.most_paused
            else true
        end
    ) is not true
)

select * from broken_ledgers
