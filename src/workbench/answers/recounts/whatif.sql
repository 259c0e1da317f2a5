-- Late dossiers that each scenario would have kept on time, the most first.
select whatif.*
from scope
inner join whatif
    on
        scope.profile = whatif.profile
        and scope.period = whatif.period
        and scope.unit = whatif.unit_id
order by whatif.n_saved desc, whatif.scenario asc
