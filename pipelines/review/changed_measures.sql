-- grain: one row per figure that differs between two revisions, or exists in only one
-- key: measure, profile, unit_id, period, procedure_id, channel_in
-- reads: left_measures, right_measures
-- promises: reading_order between 1 and 4

-- Figures of half-years and quarters over everything or over a unit are read first.
with measure_pairs as (
    select
        coalesce(l.measure, r.measure) as measure,
        coalesce(l.profile, r.profile) as profile,
        coalesce(l.unit_id, r.unit_id) as unit_id,
        coalesce(l.period, r.period) as period,
        coalesce(l.procedure_id, r.procedure_id) as procedure_id,
        coalesce(l.channel_in, r.channel_in) as channel_in,
        coalesce(l.method, r.method) as method,
        l.numerator as left_numerator,
        l.denominator as left_denominator,
        l.value as left_value,
        r.numerator as right_numerator,
        r.denominator as right_denominator,
        r.value as right_value
    from left_measures as l
    full join right_measures as r
        on l.measure = r.measure
        and l.profile = r.profile
        and l.unit_id = r.unit_id
        and l.period = r.period
        and l.procedure_id = r.procedure_id
        and l.channel_in = r.channel_in
),

changed_measures as (
    select
        *,
        case
            when procedure_id <> '*' or channel_in <> '*' then 4
            when not regexp_matches(period, '-[HQ]') then 3
            when unit_id <> '*' then 2
            else 1
        end as reading_order
    from measure_pairs
    where
        left_value is distinct from right_value
        or left_numerator is distinct from right_numerator
        or left_denominator is distinct from right_denominator
)

select * from changed_measures
