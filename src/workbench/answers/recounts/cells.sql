-- Units and causes of the period beside their peers; those that stand out are flagged.
select cells.*
from scope
inner join cells
    on
        scope.profile = cells.profile
        and scope.period = cells.period
        and (scope.unit = '*' or scope.unit = cells.unit_id)
order by cells.unit_id, cells.cause
