-- grain: one row per profile and past watch list, of the ends of the twelve months before the last
-- key: profile, listed_on
-- reads: made_past_lists
-- promises: n_dossiers > 0; n_late between 0 and n_dossiers; expected between 0 and n_dossiers;
--   variance between 0 and expected
-- Made by the statistics from progress: the list of open dossiers not yet overdue is made again
-- with what was known on that day. What became of them since is the truth, so that dossiers still
-- open and in time now are left out. variance is that of the number expected, were all risks right.

with past_lists as (
    select
        profile,
        listed_on,
        n_dossiers,
        n_late,
        expected,
        variance
    from made_past_lists
)

select * from past_lists
