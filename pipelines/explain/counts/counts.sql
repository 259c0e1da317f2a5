-- grain: one row per profile, reporting convention, period and group; '*' stands for all together
-- key: profile, convention, period, unit_id, field_of_work, procedure_id, channel_in
-- reads: reception_counts, closing_counts, caseload_counts, open_counts, count_groups, profiles
-- promises: carried + received = in_play; done = early + on_time + late + unknown;
--   in_play = done + withdrawn + rejected + open_total;
--   open_total = open_in_time + open_overdue + open_unknown; waiting <= open_total;
--   done = done_returned + done_not_returned
-- One column per counter; measures and official forms add them up. What happened, what is in play
-- and what is open at the end are counted each on its own. Groups are all, unit, channel, unit and
-- channel, and procedure; on request, field of a unit in the place of procedures.

with reception_rows as (
    select
        profiles.profile,
        reception_counts.*
    from reception_counts
    cross join profiles
),

group_counts as (
    select * -- noqa: RF02
    from reception_rows
    full join closing_counts using (profile, convention, period, group_no) -- noqa: ST07
    full join caseload_counts using (profile, convention, period, group_no) -- noqa: ST07
    full join open_counts using (profile, convention, period, group_no) -- noqa: ST07
),

named_counts as (
    select
        group_counts.* exclude (group_counts.group_no),
        names.* exclude (names.group_no)
    from group_counts
    inner join count_groups as names on group_counts.group_no = names.group_no
),

-- procedures and fields of units are counted as such only
place_sums as (
    select
        profile,
        convention,
        period,
        field_of_work,
        procedure_id,
        case when grouping(unit_id) = 0 then unit_id else '*' end as unit_id,
        case when grouping(channel_in) = 0 then channel_in else '*' end as channel_in,
        sum(columns(* exclude (
            profile, convention, period, unit_id, field_of_work, procedure_id, channel_in
        )))
    from named_counts
    where channel_in <> '*'
    group by grouping sets (
        (profile, convention, period, field_of_work, procedure_id),
        (profile, convention, period, field_of_work, procedure_id, unit_id),
        (profile, convention, period, field_of_work, procedure_id, channel_in)
    )
),

all_counts as (
    select * from named_counts
    union all by name
    select * from place_sums
),

whole_counts as (
    select
        profile,
        convention,
        period,
        unit_id,
        field_of_work,
        procedure_id,
        channel_in,
        coalesce(columns(* exclude (
            profile, convention, period, unit_id, field_of_work, procedure_id, channel_in
        )), 0)::bigint
    from all_counts
),

counts as (
    select
        *,
        early + on_time + open_in_time as progress_in_time
    from whole_counts
)

select * from counts
