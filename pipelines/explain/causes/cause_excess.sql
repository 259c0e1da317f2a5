-- grain: one row per judged dossier and cause that took time from it beyond what is usual
-- key: dossier_no, cause
-- reads: attributed_time, cause_dossiers, workload_at_arrival
-- promises: excess_seconds > 0; grade in ('A', 'B')
-- What would be gone if the cause were gone: working seconds, summed over the dossier's steps.
-- After the clock's end, where a profile judges by the return and not by the result (end_event =
-- returned_at), the post has the dossier, or else the applicant who does not collect it. The
-- evidence is that of the step where the cause took most. A queue is proven (A) where the unit
-- had more in hand than usual when the dossier came (n_in_progress, usual_in_progress). Of two
-- records that differ both are named, with the day on which each has the end.

with artefacts as (
    select
        dossier_no,
        'due_date_error' as cause,
        due_error_seconds as excess_seconds,
        due_error_seconds as seconds,
        0 as usual_seconds,
        true as is_extreme,
        case when is_procedure_term and due_class <> 'calendar_error' then 'B' else 'A' end
            as grade,
        'wrong_due' as ground
    from cause_dossiers
    union all
    select
        dossier_no,
        case when channel_out = 'post' then 'return_post' else 'applicant' end as cause,
        after_clock_seconds as excess_seconds,
        after_clock_seconds as seconds,
        0 as usual_seconds,
        true as is_extreme,
        'B' as grade,
        'after_clock' as ground
    from cause_dossiers
),

all_excess as (
    select
        weighed.dossier_no,
        weighed.cause,
        weighed.excess_seconds,
        weighed.seconds,
        weighed.usual_seconds,
        weighed.is_extreme,
        case
            when weighed.cause <> 'queue' then weighed.grade
            when
                weighed.ground not in ('not_separable', 'multitasking', 'throughput')
                and stock.in_hand > stock.usual_in_progress
                then 'A'
            else 'B'
        end as grade,
        weighed.ground,
        stock.in_hand as n_in_progress,
        stock.usual_in_progress
    from attributed_time as weighed
    left join workload_at_arrival as stock
        on weighed.cause = 'queue'
        and weighed.dossier_no = stock.dossier_no
        and weighed.step_code = stock.step_code
        and weighed.unit_no = stock.unit_no
    where weighed.excess_seconds > 0
    union all
    select
        dossier_no,
        cause,
        excess_seconds,
        seconds,
        usual_seconds,
        is_extreme,
        grade,
        ground,
        null as n_in_progress,
        null as usual_in_progress
    from artefacts
),

-- max compares the fields of a row from left to right
excess_by_cause as (
    select
        dossier_no,
        cause,
        sum(excess_seconds)::bigint as excess_seconds,
        bool_or(is_extreme) as is_extreme,
        max({
            'excess_seconds': excess_seconds,
            'seconds': seconds,
            'ground': ground,
            'n_in_progress': n_in_progress,
            'usual_in_progress': usual_in_progress,
            'grade': grade,
            'usual_seconds': usual_seconds
        }) as most
    from all_excess
    where excess_seconds > 0
    group by dossier_no, cause
),

cause_excess as (
    select
        excess_by_cause.dossier_no,
        excess_by_cause.cause,
        excess_by_cause.excess_seconds,
        excess_by_cause.is_extreme,
        excess_by_cause.most.seconds::bigint as spent_seconds,
        excess_by_cause.most.usual_seconds::bigint as usual_seconds,
        excess_by_cause.most.ground,
        excess_by_cause.most.grade,
        excess_by_cause.most.n_in_progress::bigint as n_in_progress,
        excess_by_cause.most.usual_in_progress::bigint as usual_in_progress,
        records.other_source,
        records.other_ended_on,
        records.counted_source,
        records.ended_on as counted_ended_on
    from excess_by_cause
    left join cause_dossiers as records
        on excess_by_cause.dossier_no = records.dossier_no
        and excess_by_cause.most.ground in ('other_record', 'records_differ')
)

select * from cause_excess
