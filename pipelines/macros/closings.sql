-- When a dossier was closed under a lateness profile: at its end; where it is over without an end
-- of its own (its register does not say when, or the profile closes what waits), at the snapshot,
-- by which it was; nothing while it is open. Nothing is closed before it was received: a return
-- dated earlier counts on reception. Instants, days and numbers of months alike.
create macro closed_when(state, ended, received, snapshot) as
case when state <> 'open' then greatest(coalesce(ended, snapshot), received) end;
