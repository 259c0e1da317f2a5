-- Names with few values as one byte each: tables of the clock have tens of millions of them.

create type segment_kind as enum(
    'intake', 'queue', 'work', 'transfer', 'sign', 'external', 'record', 'return', 'pause',
    'unlogged'
);

create type segment_phase as enum(
    'gap', 'wait', 'handling', 'gap_or_wait', 'wait_or_handling', 'not_separable', 'pause'
);

create type cause_part as enum(
    'any', 'applicant', 'assign', 'disputed', 'external', 'gap_or_assign', 'gap_or_queue',
    'intake', 'passed_over', 'queue', 'queue_or_work', 'record', 'recording', 'return', 'sign',
    'synced', 'transfer', 'unlogged', 'work'
);
