-- Counts of the answer, added up from the cells of unit and channel in measures; late dossiers with
-- causes are counted one by one. A figure of all units together is the sum of its units.
select
    stated.measure,
    stated.unit_id,
    stated.period,
    stated.profile,
    sum(measures.numerator)::bigint as numerator,
    sum(measures.denominator)::bigint as denominator
from stated
inner join measures
    on
        stated.measure = measures.measure
        and stated.period = measures.period
        and stated.profile = measures.profile
        and (stated.unit_id = '*' or stated.unit_id = measures.unit_id)
where
    measures.unit_id <> '*'
    and measures.procedure_id = '*'
    and measures.channel_in <> '*'
group by all
union all
select
    stated.measure,
    stated.unit_id,
    stated.period,
    stated.profile,
    count(late_dossiers.dossier_id) as numerator,
    null as denominator
from stated
left join late_dossiers
    on
        stated.profile = late_dossiers.profile
        and (stated.unit_id = '*' or stated.unit_id = late_dossiers.unit_id)
        and late_dossiers.ended_on between stated.starts_on and stated.ends_on
where stated.measure = 'late_with_causes'
group by all
order by all
