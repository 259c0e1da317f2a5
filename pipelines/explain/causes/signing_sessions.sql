-- grain: one row per unit and quarter of reception whose leader signs on certain days only
-- key: unit_no, quarter_no
-- reads: ledger, cause_dossiers, cause_steps, cause_limits
-- promises: n_between <= n_waits; n_days > 0
-- Only signatures that waited long count; dossiers of a day or two that are signed at once do not.
-- Where the signer signed nothing on the days in between, the dossier waited for the next signing
-- day, not behind other dossiers.

with signatures as (
    select
        judged.dossier_no,
        judged.quarter_no,
        judged.offset_seconds,
        steps.unit_no,
        ledger.step_no,
        coalesce(ledger.holder_id, '') as holder_id,
        case when ledger.holder_id is null then steps.unit_no else 0 end as own_unit_no,
        epoch_second(ledger.from_at) as from_second,
        epoch_second(ledger.to_at) as to_second,
        ledger.work_seconds
    from ledger
    inner join cause_dossiers as judged on ledger.dossier_id = judged.dossier_id
    inner join cause_steps as steps
        on judged.dossier_no = steps.dossier_no
        and ledger.step_no = steps.step_no
    where ledger.kind = 'sign'
        and not judged.is_open
        and judged.term_band > 1
),

-- a unit replaces the signers that a log does not name
signers as (
    select
        holder_id,
        own_unit_no,
        row_number() over (order by holder_id, own_unit_no)::integer as signer_no
    from signatures
    group by holder_id, own_unit_no
),

signature_waits as (
    select
        signatures.quarter_no,
        signatures.unit_no,
        signers.signer_no,
        (min(signatures.from_second) + signatures.offset_seconds) // 86400 as came_on,
        (max(signatures.to_second) + signatures.offset_seconds) // 86400 as signed_on,
        sum(signatures.work_seconds)::bigint as work_seconds
    from signatures
    inner join signers
        on signatures.holder_id = signers.holder_id
        and signatures.own_unit_no = signers.own_unit_no
    group by
        signatures.dossier_no,
        signatures.quarter_no,
        signatures.offset_seconds,
        signatures.unit_no,
        signers.signer_no,
        signatures.step_no
),

days as (
    select signer_no, signed_on
    from signature_waits
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
        signature_waits.unit_no,
        signature_waits.quarter_no,
        count(*) as n_waits,
        count(*) filter (where days_before.before_on > signature_waits.came_on) as n_between,
        count(distinct signature_waits.signed_on) as n_days
    from signature_waits
    inner join days_before
        on signature_waits.signer_no = days_before.signer_no
        and signature_waits.signed_on = days_before.signed_on
    cross join cause_limits as limits
    where signature_waits.work_seconds > limits.session_wait
        and signature_waits.signed_on > signature_waits.came_on
    group by signature_waits.unit_no, signature_waits.quarter_no
),

signing_sessions as (
    select quarters.*
    from quarters
    cross join cause_limits as limits
    where quarters.n_waits >= limits.session_size
        and 100 * (quarters.n_waits - quarters.n_between) >= limits.session_share * quarters.n_waits
)

select * from signing_sessions
