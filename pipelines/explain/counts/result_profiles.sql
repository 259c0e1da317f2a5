-- grain: one row per lateness profile under which causes and what rests on them were computed
-- key: profile
-- reads: profiles
-- promises:
-- A run computes causes under one profile. A table of late dossiers that is empty does not say
-- under which; this table does.

with result_profiles as (
    select profile
    from profiles
    where profile = getvariable('profile')
)

select * from result_profiles
