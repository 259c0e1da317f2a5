-- grain: one row per unit, procedure, channel, month of closing and cause ('*' whatever the cause)
-- key: unit_id, procedure_id, channel_in, month_no, cause
-- reads: cause_dossiers, cause_excess, causes
-- promises: n_pairs >= 0; late_pairs >= 0; extreme_pairs >= 0
-- How many dossiers were closed on the same day as one of these, by the same unit: what is signed,
-- entered or delayed together is late together, and counts as fewer witnesses. Each ordered pair
-- counts in the stratum of its first dossier, so that strata and months add up. n_pairs counts all
-- dossiers (on the row of '*' only), late_pairs weighs a pair by the parts of both that are put
-- down to the cause, extreme_pairs counts those from which it took extremely much. Dossiers still
-- open have no day of closing.

with closings as (
    select
        dossier_no,
        dossier_id,
        unit_id,
        procedure_id,
        channel_in,
        ended_on
    from cause_dossiers
    where not is_open
),

weights as (
    select
        closings.*,
        '*' as cause,
        1 as n_dossiers,
        0 as thousandths,
        0 as n_extreme
    from closings
    union all
    select
        closings.*,
        excess.cause,
        0 as n_dossiers,
        0 as thousandths,
        1 as n_extreme
    from cause_excess as excess
    inner join closings on excess.dossier_no = closings.dossier_no
    where excess.is_extreme
    union all
    select
        closings.*,
        causes.cause,
        0 as n_dossiers,
        round(1000 * causes.late_share)::integer as thousandths,
        0 as n_extreme
    from causes
    inner join closings on causes.dossier_id = closings.dossier_id
),

stratum_days as (
    select
        unit_id,
        procedure_id,
        channel_in,
        ended_on,
        cause,
        sum(n_dossiers)::bigint as n_dossiers,
        sum(thousandths)::bigint as thousandths,
        sum(n_extreme)::bigint as n_extreme,
        sum(thousandths * thousandths)::bigint as own_squares
    from weights
    group by unit_id, procedure_id, channel_in, ended_on, cause
),

beside_unit as (
    select
        *,
        sum(n_dossiers) over unit_day as unit_dossiers,
        sum(thousandths) over unit_day as unit_thousandths,
        sum(n_extreme) over unit_day as unit_extreme
    from stratum_days
    window unit_day as (partition by unit_id, ended_on, cause)
),

closing_pairs as (
    select
        unit_id,
        procedure_id,
        channel_in,
        month_no(ended_on) as month_no,
        cause,
        sum(n_dossiers * unit_dossiers - n_dossiers)::bigint as n_pairs,
        sum(thousandths * unit_thousandths - own_squares)::bigint / 1000000 as late_pairs,
        sum(n_extreme * unit_extreme - n_extreme)::bigint as extreme_pairs
    from beside_unit
    group by unit_id, procedure_id, channel_in, month_no(ended_on), cause
)

select * from closing_pairs
