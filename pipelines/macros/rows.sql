-- The source position of a landed row as one number: the number of its sheet and the row in it.
-- Rows are joined and ordered by one integer; the names of file and sheet are joined at the end.

create macro row_id(sheet_no, source_row) as (sheet_no::bigint << 32) + source_row;

create macro sheet_of(row_no) as row_no >> 32;

create macro row_of(row_no) as row_no & 4294967295;

-- whether a record of this status has not ended, whatever dates it prints
create macro is_open_status(status) as
status in ('submitted', 'received', 'in_progress', 'supplement', 'financial');

-- the end date of a record: none while its status is open
create macro reported_end(status, ended_at, returned_at) as
case when not coalesce(is_open_status(status), false) then coalesce(ended_at, returned_at) end;

-- how far a record has come, by its status
create macro status_rank(status) as
case
    when status = 'submitted' then 0
    when status = 'received' then 1
    when is_open_status(status) then 2
    when status = 'returned' then 4
    else 3
end;
