-- grain: one row per measure, profile, unit, period, procedure and channel; '*' all together
-- key: measure, profile, unit_id, period, procedure_id, channel_in
-- reads: made_measures
-- promises: numerator >= 0; method in ('count', 'wilson');
--   (method = 'count') = (denominator is null);
--   denominator is null or denominator >= numerator; lower <= value and value <= upper;
--   evidence_level = 1
-- Made by the statistics from counts, one measure at a time: a count has no denominator, and its
-- value is the count.

with measures as (
    select
        measure,
        profile,
        unit_id,
        period,
        procedure_id,
        channel_in,
        numerator,
        denominator,
        value,
        lower,
        upper,
        method,
        evidence_level
    from made_measures
)

select * from measures
