-- grain: one row per unit and quarter of reception whose leader signs on certain days only
-- key: unit_no, quarter_no
-- reads: ledger, cause_dossiers, cause_units, cause_limits
-- promises: n_between <= n_waits; n_days > 0
-- Looked at are signatures that waited long; matters of a day or two, signed at once, are not.
-- Where the signer signed nothing on the days in between, the dossier waited for the next signing
-- day, not behind other dossiers.

with signers as (
    select
        signer,
        row_number() over (order by signer)::integer as signer_no
    from (
        select distinct coalesce(holder_id, unit_id, '') as signer
        from ledger
        where kind = 'sign'
    ) as named
),

-- names become numbers before anything else is joined
signatures as (
    select
        ledger.dossier_id,
        ledger.step_no,
        units.unit_no,
        signers.signer_no,
        epoch_second(ledger.from_at) as from_second,
        epoch_second(ledger.to_at) as to_second,
        ledger.work_seconds
    from ledger
    left join cause_units as units on coalesce(ledger.unit_id, '') = units.unit_id
    left join signers on coalesce(ledger.holder_id, ledger.unit_id, '') = signers.signer
    where ledger.kind = 'sign'
),

spells as (
    select
        judged.quarter_no,
        signatures.unit_no,
        signatures.signer_no,
        (min(signatures.from_second) + judged.offset_seconds) // 86400 as came_on,
        (max(signatures.to_second) + judged.offset_seconds) // 86400 as signed_on,
        sum(signatures.work_seconds)::bigint as work_seconds
    from signatures
    inner join cause_dossiers as judged on signatures.dossier_id = judged.dossier_id
    where not judged.is_open
        and judged.term_band > 1
    group by
        judged.dossier_no,
        judged.quarter_no,
        judged.offset_seconds,
        signatures.unit_no,
        signatures.signer_no,
        signatures.step_no
),

days as (
    select signer_no, signed_on
    from spells
    group by signer_no, signed_on
),

days_before as (
    select
        signer_no,
        signed_on,
        lag(signed_on) over (partition by signer_no order by signed_on) as before_on
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
        on spells.signer_no = days_before.signer_no
        and spells.signed_on = days_before.signed_on
    cross join cause_limits as limits
    where spells.work_seconds > limits.session_wait
        and spells.signed_on > spells.came_on
    group by spells.unit_no, spells.quarter_no
),

signing_sessions as (
    select quarters.*
    from quarters
    cross join cause_limits as limits
    where quarters.n_waits >= limits.session_size
        and 100 * (quarters.n_waits - quarters.n_between) >= limits.session_share * quarters.n_waits
)

select * from signing_sessions
