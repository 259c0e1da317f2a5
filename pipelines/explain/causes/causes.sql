-- grain: one row per late dossier and cause of its lateness, under the profile of the run
-- key: dossier_id, profile, cause
-- reads: overrun_causes, cause_dossiers, cause_list
-- promises: late_seconds >= 0; late_share >= 0; late_share <= 1; excess_seconds > 0;
--   grade in ('A', 'B', 'C'); spent_seconds >= 0; usual_seconds >= 0
-- Three measures of one cause. but_for: without it alone the dossier was on time. late_seconds: its
-- part of the overrun; the parts add up to the overrun to the second. late_share: its part of one
-- late dossier, 1 per dossier, in whole parts of share_whole. Both parts are in proportion to the
-- excess time (largest remainder), which is the Aumann-Shapley value of a sum of times (Billera and
-- Heath 1982, Math. Oper. Res. 7): they move continuously with the times.
-- evidence is the columns after it in one text: ground, seconds spent and usual, and the numbers or
-- the records that the ground compares.

with sums as (
    select
        *,
        sum(excess_seconds) over (partition by dossier_no)::bigint as all_seconds
    from overrun_causes
),

quotients as (
    select
        sums.*,
        cause_list.cause_no,
        sums.overrun_seconds * sums.excess_seconds // sums.all_seconds as whole_seconds,
        sums.overrun_seconds * sums.excess_seconds % sums.all_seconds as seconds_over,
        share_whole() * sums.excess_seconds // sums.all_seconds as whole_parts,
        share_whole() * sums.excess_seconds % sums.all_seconds as parts_over
    from sums
    inner join cause_list on sums.cause = cause_list.cause
),

remainders as (
    select
        *,
        overrun_seconds - sum(whole_seconds) over of_dossier as seconds_left,
        row_number() over (of_dossier order by seconds_over desc, cause_no asc) as seconds_rank,
        share_whole() - sum(whole_parts) over of_dossier as parts_left,
        row_number() over (of_dossier order by parts_over desc, cause_no asc) as parts_rank
    from quotients
    window of_dossier as (partition by dossier_no)
),

causes as (
    select
        dossiers.dossier_id,
        getvariable('profile')::varchar as profile,
        remainders.cause,
        (remainders.whole_seconds
        + (remainders.seconds_rank <= remainders.seconds_left)::integer)::bigint
            as late_seconds,
        (remainders.whole_parts
        + (remainders.parts_rank <= remainders.parts_left)::integer) / share_whole()
            as late_share,
        remainders.excess_seconds >= remainders.needed_seconds as but_for,
        remainders.grade,
        concat_ws(
            '|',
            remainders.ground,
            remainders.spent_seconds,
            remainders.usual_seconds,
            remainders.n_in_progress,
            remainders.usual_in_progress,
            replace(remainders.other_source, '|', ' '),
            remainders.other_ended_on,
            replace(remainders.counted_source, '|', ' '),
            remainders.counted_ended_on
        ) as evidence,
        remainders.ground,
        remainders.spent_seconds,
        remainders.usual_seconds,
        remainders.n_in_progress,
        remainders.usual_in_progress,
        remainders.other_source,
        remainders.other_ended_on,
        remainders.counted_source,
        remainders.counted_ended_on,
        remainders.excess_seconds
    from remainders
    inner join cause_dossiers as dossiers on remainders.dossier_no = dossiers.dossier_no
)

select * from causes
