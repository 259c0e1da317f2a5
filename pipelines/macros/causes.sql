-- Chance of a standard normal to lie above a value that is not negative, within 1e-7.
-- Source: Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 26.2.17
create macro tail_weight(t) as
t * (
    0.31938153
    + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
);

create macro normal_tail(z) as
0.3989422804014327 * exp(-z * z / 2) * tail_weight(1 / (1 + 0.2316419 * z));

-- place of a cause in the vocabulary, which settles ties
create macro cause_order(cause) as
list_position(
    [
        'intake_delay', 'portal_transfer', 'handover', 'assignment_wait', 'queue', 'slow_work',
        'signature_wait', 'batching', 'external_agency', 'applicant', 'record_lag',
        'return_post', 'due_date_error', 'norms_too_long', 'unexplained'
    ],
    cause
);
