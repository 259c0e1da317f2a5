-- grain: one row per two kinds of tasks of a procedure that run in parallel, in both orders
-- key: kind_no, other_no
-- reads: tasks
-- promises: kind_no <> other_no
-- Without logged arrivals the predecessor of a task must be learned: two kinds are parallel if they
-- overlapped in at least one of twenty dossiers with both; or if each follows the other directly,
-- neither order has more than nine tenths of the cases, and they form no loop of two (first,
-- second, first again), which is rework.

with kind_order as (
    select
        case_no,
        kind_no,
        lead(case_no) over following as next_case_no,
        lead(kind_no) over following as next_no,
        lead(case_no, 2) over following as after_next_case_no,
        lead(kind_no, 2) over following as after_next_no
    from tasks
    where arrived is null
    window following as (order by case_no, finished, started, task_no)
),

kind_successions as (
    select
        kind_no,
        next_no,
        count(*) as n,
        count(*) filter (
            where after_next_case_no = case_no and after_next_no = kind_no
        ) as n_loops
    from kind_order
    where next_case_no = case_no and next_no <> kind_no
    group by kind_no, next_no
),

kind_pairs as (
    select
        one.kind_no,
        other.kind_no as other_no,
        count(*) as n,
        count(*) filter (
            where one.started < other.finished and other.started < one.finished
        ) as n_overlapping
    from tasks as one
    inner join tasks as other
        on one.case_no = other.case_no
        and one.kind_no <> other.kind_no
    where one.arrived is null and other.arrived is null
    group by one.kind_no, other.kind_no
),

parallel as (
    select
        kind_no,
        other_no
    from kind_pairs
    where 20 * n_overlapping >= n
    union
    select
        there.kind_no,
        there.next_no as other_no
    from kind_successions as there
    inner join kind_successions as back
        on there.kind_no = back.next_no
        and there.next_no = back.kind_no
    where 10 * abs(there.n - back.n) < 9 * (there.n + back.n + 1)
        and 10 * (there.n_loops + back.n_loops) < there.n + back.n
)

select * from parallel
