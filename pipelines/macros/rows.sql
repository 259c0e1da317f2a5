-- Where a landed row stood, as one number: the number of its sheet and the row in it. Rows are so
-- joined and ordered by one integer; the names of file and sheet come back at the end.

create macro row_id(sheet_no, source_row) as (sheet_no::bigint << 32) + source_row;

create macro sheet_of(row_no) as row_no >> 32;

create macro row_of(row_no) as row_no & 4294967295;
