-- When a dossier was closed under a lateness profile: at its end; at the snapshot where it has
-- ended on an unknown date (by its source, or because the profile closes what waits); null while it
-- is open. Nothing is closed before its reception: a return dated earlier counts on reception.
-- Works on instants, days and numbers of months alike.
create macro closed_when(state, ended, received, snapshot) as
case when state <> 'open' then greatest(coalesce(ended, snapshot), received) end;
