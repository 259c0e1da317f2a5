-- grain: one row per measure, profile, unit, period, procedure and channel; '*' all together
-- key: measure, profile, unit_id, period, procedure_id, channel_in
-- reads: made_measures
-- promises: numerator >= 0; method in ('count', 'wilson');
--   (method = 'count') = (denominator is null);
--   denominator is null or denominator >= numerator; lower <= value and value <= upper;
--   design_effect >= 1; evidence_level = 1
-- Made by the statistics from counts, one measure at a time: a count has no denominator, and its
-- value is the count. design_effect is the variance of the rate over that of independent dossiers.

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
        design_effect,
        evidence_level
    from made_measures
)

select * from measures
