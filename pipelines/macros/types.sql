-- Names with few values as one byte each: tables of the clock hold them by the ten million.

create type segment_kind as enum(
    'intake', 'queue', 'work', 'transfer', 'sign', 'external', 'record', 'return', 'pause',
    'unlogged'
);

create type segment_phase as enum(
    'gap', 'wait', 'handling', 'gap_or_wait', 'wait_or_handling', 'not_separable', 'pause'
);
