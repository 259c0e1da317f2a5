-- grain: one row per dossier and step, by the number of the dossier: whose step it was
-- key: dossier_no, step_no
-- reads: steps, dossier_calendars
-- promises:

with numbered as (
    select
        calendars.dossier_no,
        steps.step_no,
        steps.step,
        steps.unit_id,
        steps.holder_id
    from steps
    inner join dossier_calendars as calendars on steps.dossier_id = calendars.dossier_id
)

select * from numbered
