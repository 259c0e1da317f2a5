-- The late dossiers of the period, the most overdue one first.
select late_dossiers.*
from scope
inner join late_dossiers
    on
        scope.profile = late_dossiers.profile
        and (scope.unit = '*' or scope.unit = late_dossiers.unit_id)
        and late_dossiers.ended_on between scope.starts_on and scope.ends_on
order by late_dossiers.overrun_seconds desc, late_dossiers.dossier_id asc
