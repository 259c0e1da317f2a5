-- grain: one row per lateness profile under which causes and dependent tables were computed
-- key: profile
-- reads: profiles
-- promises:
-- A run computes causes under one profile. An empty table of late dossiers does not name it; this
-- table does.

with result_profiles as (
    select profile
    from profiles
    where profile = getvariable('profile')
)

select * from result_profiles
