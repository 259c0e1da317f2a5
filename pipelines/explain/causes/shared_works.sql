-- grain: one row per judged dossier and step of work that took longer for more dossiers at once
-- key: dossier_no, step_code, unit_no
-- reads: time_against_peers, outlying_quarters, concurrent_works, usual_concurrency
-- promises: own_seconds >= 0
-- own_seconds is what the work would have taken had its holder had the usual number at once; the
-- rest is a queue of dossiers begun, not slow handling. Of an outlying quarter all is named alike:
-- see multitasking_quarters. Without holders (is_by_unit) the rest may as well be that several
-- officers each worked long: it has no name. Without start or end nothing is known.

with shared_works as (
    select
        works.dossier_no,
        works.step_code,
        works.unit_no,
        (works.seconds * usual.at_once * own.own_milliseconds / own.milliseconds)::bigint
            as own_seconds,
        own.is_by_unit
    from time_against_peers as works
    inner join concurrent_works as own
        on works.dossier_no = own.dossier_no
        and works.step_code = own.step_code
        and works.unit_no = own.unit_no
    inner join usual_concurrency as usual
        on own.quarter_no = usual.quarter_no
        and own.step_code = usual.step_code
        and own.is_by_unit = usual.is_by_unit
    anti join outlying_quarters as outlying
        on outlying.part = 'work'
        and works.unit_no = outlying.unit_no
        and works.quarter_no = outlying.quarter_no
    where works.part = 'work'
        and works.usual_seconds is not null
        and own.milliseconds > usual.at_once * own.own_milliseconds
)

select * from shared_works
