-- Open dossiers with their risk of being late, the most certain first.
select watchlist.*
from scope
inner join watchlist
    on
        scope.profile = watchlist.profile
        and (scope.unit = '*' or scope.unit = watchlist.unit_id)
order by watchlist.risk desc, watchlist.slack_seconds asc, watchlist.dossier_id asc
