-- grain: one row per pause that does not fit its dossier's clock, with its oddity
-- key: dossier_id, pause_no, oddity
-- reads: pauses, dossier_calendars, dossiers
-- promises: oddity in ('negative', 'outside_clock', 'unended_on_closed', 'overlapping',
--   'paused_without_pause')
-- Listed, not repaired: pause_spells cuts a pause to the clock and unites overlapping ones.

with pause_seconds as (
    select
        pauses.dossier_id,
        pauses.pause_no,
        pauses.reason,
        pauses.paused_at,
        pauses.resumed_at,
        calendars.is_open,
        epoch_second(pauses.paused_at) as from_second,
        coalesce(epoch_second(pauses.resumed_at), calendars.end_second) as to_second,
        calendars.start_second,
        calendars.end_second
    from pauses
    inner join dossier_calendars as calendars on pauses.dossier_id = calendars.dossier_id
),

pause_reaches as (
    select
        *,
        max(to_second) over (
            partition by dossier_id
            order by from_second, pause_no
            rows between unbounded preceding and 1 preceding
        ) as reached
    from pause_seconds
),

odd_pauses as (
    select dossier_id, pause_no, reason, paused_at, resumed_at, 'negative' as oddity
    from pause_reaches
    where resumed_at < paused_at
    union all
    select dossier_id, pause_no, reason, paused_at, resumed_at, 'outside_clock' as oddity
    from pause_reaches
    where from_second < start_second
        or from_second > end_second
        or to_second > end_second
    union all
    select dossier_id, pause_no, reason, paused_at, resumed_at, 'unended_on_closed' as oddity
    from pause_reaches
    where resumed_at is null and not is_open
    union all
    select dossier_id, pause_no, reason, paused_at, resumed_at, 'overlapping' as oddity
    from pause_reaches
    where from_second < reached
    union all
    select
        dossiers.dossier_id,
        0 as pause_no,
        dossiers.status as reason,
        null::timestamptz as paused_at,
        null::timestamptz as resumed_at,
        'paused_without_pause' as oddity
    from dossiers
    anti join pauses
        on dossiers.dossier_id = pauses.dossier_id
        and pauses.resumed_at is null
    where dossiers.status in ('supplement', 'financial')
)

select * from odd_pauses
