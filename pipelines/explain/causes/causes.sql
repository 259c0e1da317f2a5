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

with summed as (
    select
        *,
        sum(excess_seconds) over (partition by dossier_no)::bigint as all_seconds
    from overrun_causes
),

divided as (
    select
        summed.*,
        cause_list.cause_no,
        summed.overrun_seconds * summed.excess_seconds // summed.all_seconds as whole_seconds,
        summed.overrun_seconds * summed.excess_seconds % summed.all_seconds as seconds_over,
        share_whole() * summed.excess_seconds // summed.all_seconds as whole_parts,
        share_whole() * summed.excess_seconds % summed.all_seconds as parts_over
    from summed
    inner join cause_list on summed.cause = cause_list.cause
),

shared as (
    select
        *,
        overrun_seconds - sum(whole_seconds) over of_dossier as seconds_left,
        row_number() over (of_dossier order by seconds_over desc, cause_no asc) as seconds_rank,
        share_whole() - sum(whole_parts) over of_dossier as parts_left,
        row_number() over (of_dossier order by parts_over desc, cause_no asc) as parts_rank
    from divided
    window of_dossier as (partition by dossier_no)
),

causes as (
    select
        dossiers.dossier_id,
        getvariable('profile')::varchar as profile,
        shared.cause,
        (shared.whole_seconds
        + (shared.seconds_rank <= shared.seconds_left)::integer)::bigint
            as late_seconds,
        (shared.whole_parts
        + (shared.parts_rank <= shared.parts_left)::integer) / share_whole()
            as late_share,
        shared.excess_seconds >= shared.needed_seconds as but_for,
        shared.grade,
        concat_ws(
            '|',
            shared.ground,
            shared.spent_seconds,
            shared.usual_seconds,
            shared.n_in_progress,
            shared.usual_in_progress,
            replace(shared.other_source, '|', ' '),
            shared.other_ended_on,
            replace(shared.counted_source, '|', ' '),
            shared.counted_ended_on
        ) as evidence,
        shared.ground,
        shared.spent_seconds,
        shared.usual_seconds,
        shared.n_in_progress,
        shared.usual_in_progress,
        shared.other_source,
        shared.other_ended_on,
        shared.counted_source,
        shared.counted_ended_on,
        shared.excess_seconds
    from shared
    inner join cause_dossiers as dossiers on shared.dossier_no = dossiers.dossier_no
)

select * from causes
