-- grain: one row per interval in which a holder was on duty and worked on nothing
-- key: holder_no, from_second
-- reads: busy_pieces, holder_windows
-- promises: from_second < to_second

with moments as (
    select holder_no, from_second as second from busy_pieces
    union
    select holder_no, to_second as second from busy_pieces
    union
    select holder_no, from_second as second from holder_windows
    union
    select holder_no, to_second as second from holder_windows
),

intervals as (
    select
        holder_no,
        second as from_second,
        lead(second) over (partition by holder_no order by second) as to_second
    from moments
),

free_pieces as (
    select
        intervals.holder_no,
        intervals.from_second,
        intervals.to_second
    from intervals
    asof inner join holder_windows as windows
        on intervals.holder_no = windows.holder_no
        and intervals.from_second >= windows.from_second
    asof left join busy_pieces
        on intervals.holder_no = busy_pieces.holder_no
        and intervals.from_second >= busy_pieces.from_second
    where intervals.to_second <= windows.to_second
        and coalesce(busy_pieces.to_second <= intervals.from_second, true)
)

select * from free_pieces
