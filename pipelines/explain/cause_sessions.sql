-- grain: one row per unit and quarter of reception whose leader signs on certain days only
-- key: unit_no, quarter_no
-- reads: ledger, dossiers, cause_dossiers, cause_units, cause_limits
-- promises: n_between <= n_waits; n_days > 0
-- Looked at are signatures that waited long; matters of a day or two, signed at once, are not.
-- Where the signer signed nothing on the days in between, the dossier waited for the next signing
-- day, not behind other dossiers.

with spells as (
    select
        judged.dossier_no,
        judged.quarter_no,
        units.unit_no,
        coalesce(ledger.holder_id, ledger.unit_id, '') as signer,
        ledger.step_no,
        timezone(dossiers.time_zone, min(ledger.from_at))::date as came_on,
        timezone(dossiers.time_zone, max(ledger.to_at))::date as signed_on,
        sum(ledger.work_seconds)::bigint as work_seconds
    from ledger
    inner join dossiers on ledger.dossier_id = dossiers.dossier_id
    inner join cause_dossiers as judged on ledger.dossier_id = judged.dossier_id
    inner join cause_units as units on coalesce(ledger.unit_id, '') = units.unit_id
    where ledger.kind = 'sign'
        and not judged.is_open
        and judged.size_no > 1
    group by
        judged.dossier_no,
        judged.quarter_no,
        units.unit_no,
        coalesce(ledger.holder_id, ledger.unit_id, ''),
        ledger.step_no,
        dossiers.time_zone
),

days as (
    select signer, signed_on
    from spells
    group by signer, signed_on
),

days_before as (
    select
        signer,
        signed_on,
        lag(signed_on) over (partition by signer order by signed_on) as before_on
    from days
),

quarters as (
    select
        spells.unit_no,
        spells.quarter_no,
        count(*) as n_waits,
        count(*) filter (where days_before.before_on > spells.came_on) as n_between,
        count(distinct spells.signed_on) as n_days
    from spells
    inner join days_before
        on spells.signer = days_before.signer
        and spells.signed_on = days_before.signed_on
    cross join cause_limits as limits
    where spells.work_seconds > limits.session_wait
        and spells.signed_on > spells.came_on
    group by spells.unit_no, spells.quarter_no
),

cause_sessions as (
    select quarters.*
    from quarters
    cross join cause_limits as limits
    where quarters.n_waits >= limits.session_size
        and 100 * (quarters.n_waits - quarters.n_between) >= limits.session_share * quarters.n_waits
)

select * from cause_sessions
