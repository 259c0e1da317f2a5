-- grain: one row per unit, quarter and weekday on which its closings are bunched
-- key: unit_id, quarter_no, weekday
-- reads: cause_dossiers, cause_steps, cause_limits
-- promises: n_closings >= n_on_day; n_stamps >= n_stamps_on_day
-- The weekdays of a unit's closing clicks beside those of its own earlier stamps (of each dossier
-- the last step that ended more than chain_gap before the closing): bunched where a weekday has at
-- least bunch_excess in a hundred more of the closings than of the stamps, by bunch_errors standard
-- errors or more. A closing that is itself the signature says when it was signed, and is left out;
-- so are mere dates (midnight).

with ends as (
    select
        dossiers.dossier_no,
        max(case when steps.last_second = dossiers.end_second then steps.step_kind end)
            as closing_kind,
        max(
            case
                when dossiers.end_second - steps.last_second > limits.chain_gap
                    then steps.last_second
            end
        ) as stamp_second
    from cause_steps as steps
    inner join cause_dossiers as dossiers on steps.dossier_no = dossiers.dossier_no
    cross join cause_limits as limits
    group by dossiers.dossier_no
),

closings as (
    select
        dossiers.unit_id,
        dossiers.quarter_no,
        ((dossiers.end_second + dossiers.offset_seconds) // 86400 + 3) % 7 + 1 as closing_day,
        ((ends.stamp_second + dossiers.offset_seconds) // 86400 + 3) % 7 + 1 as stamp_day
    from cause_dossiers as dossiers
    left join ends on dossiers.dossier_no = ends.dossier_no
    where not dossiers.is_open
        and second_of_day(dossiers.end_second, dossiers.offset_seconds) > 0
        and coalesce(ends.closing_kind, '') <> 'sign'
),

days as (
    select unit_id, quarter_no, closing_day as weekday, 1 as n_closing, 0 as n_stamp
    from closings
    union all
    select unit_id, quarter_no, stamp_day as weekday, 0 as n_closing, 1 as n_stamp
    from closings
    where stamp_day is not null
),

weekday_counts as (
    select
        unit_id,
        quarter_no,
        weekday,
        sum(n_closing)::bigint as n_on_day,
        sum(n_stamp)::bigint as n_stamps_on_day,
        (sum(sum(n_closing)) over unit_quarter)::bigint as n_closings,
        (sum(sum(n_stamp)) over unit_quarter)::bigint as n_stamps
    from days
    group by unit_id, quarter_no, weekday
    window unit_quarter as (partition by unit_id, quarter_no)
),

closing_weekdays as (
    select
        weekdays.unit_id,
        weekdays.quarter_no,
        weekdays.weekday::tinyint as weekday,
        weekdays.n_closings,
        weekdays.n_on_day,
        weekdays.n_stamps,
        weekdays.n_stamps_on_day
    from weekday_counts as weekdays
    cross join cause_limits as limits
    where weekdays.n_closings >= limits.fewest_peers
        and weekdays.n_stamps >= limits.fewest_peers
        and 100 * (
            weekdays.n_on_day * weekdays.n_stamps - weekdays.n_stamps_on_day * weekdays.n_closings
        ) >= limits.bunch_excess * weekdays.n_closings * weekdays.n_stamps
        and (weekdays.n_closings + weekdays.n_stamps)::hugeint
        * (weekdays.n_on_day * weekdays.n_stamps - weekdays.n_stamps_on_day * weekdays.n_closings)
        * (weekdays.n_on_day * weekdays.n_stamps - weekdays.n_stamps_on_day * weekdays.n_closings)
        >= (limits.bunch_errors * limits.bunch_errors)::hugeint
        * weekdays.n_closings
        * weekdays.n_stamps
        * (weekdays.n_on_day + weekdays.n_stamps_on_day)
        * (
            weekdays.n_closings - weekdays.n_on_day
            + weekdays.n_stamps - weekdays.n_stamps_on_day
        )
)

select * from closing_weekdays
