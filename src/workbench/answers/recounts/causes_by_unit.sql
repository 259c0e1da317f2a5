-- Late dossiers of the period by unit and cause.
select
    late_dossiers.unit_id,
    causes.cause,
    sum(causes.late_share) as late_share,
    count(*) filter (where causes.late_share > 0) as n_dossiers
from scope
inner join late_dossiers
    on
        scope.profile = late_dossiers.profile
        and late_dossiers.ended_on between scope.starts_on and scope.ends_on
inner join causes
    on
        late_dossiers.profile = causes.profile
        and late_dossiers.dossier_id = causes.dossier_id
group by all
order by all
