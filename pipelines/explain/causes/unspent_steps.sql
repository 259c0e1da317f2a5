-- grain: one row per stratum, step, part, unit and quarter: steps that could have taken time there
--   and took none
-- key: procedure_no, term_band, quarter_no, step_code, part, unit_no
-- reads: attributable_time, cause_dossiers, cause_steps
-- promises: n_steps > 0
-- A wait that did not happen is as good a measure as one that did: where healthy units never wait,
-- the others are not only those that do. Which parts a step could have shown, its stamps say; open
-- dossiers may still come to wait and are left aside.

with visits as (
    select
        steps.dossier_no,
        steps.step_code,
        steps.unit_no,
        steps.step_kind,
        bool_and(steps.has_arrival) as has_arrival,
        bool_and(steps.has_start) as has_start,
        bool_or(steps.is_first) as is_first,
        bool_or(steps.is_same_holder) as is_same_holder,
        bool_and(steps.holder_no is not null) as has_holder
    from cause_steps as steps
    semi join cause_dossiers as dossiers
        on steps.dossier_no = dossiers.dossier_no
        and not dossiers.is_open
    where steps.has_finish
    group by steps.dossier_no, steps.step_code, steps.unit_no, steps.step_kind
),

shown as (
    select
        *,
        unnest([
            case when has_arrival and not is_first and not is_same_holder then 'transfer' end,
            case
                when step_kind in ('sign', 'return', 'assign')
                    and (has_arrival or step_kind <> 'assign')
                    then step_kind
                when step_kind in ('external', 'opinion') then 'external'
                when step_kind not in ('work', 'other') then null
                when has_start and (has_arrival or is_same_holder) then 'queue'
                when has_start then 'gap_or_queue'
                when has_arrival then 'queue_or_work'
            end,
            case
                when step_kind in ('work', 'other')
                    and has_start
                    and has_holder
                    and not (has_arrival or is_first or is_same_holder)
                    then 'passed_over'
            end,
            case when has_start and step_kind in ('work', 'other') then 'work' end
        ])::cause_part as part
    from visits
),

unspent_steps as (
    select
        dossiers.procedure_no,
        dossiers.term_band,
        dossiers.quarter_no,
        shown.step_code,
        shown.part,
        shown.unit_no,
        count(*)::integer as n_steps
    from shown
    inner join cause_dossiers as dossiers on shown.dossier_no = dossiers.dossier_no
    anti join attributable_time as spent
        on shown.dossier_no = spent.dossier_no
        and shown.step_code = spent.step_code
        and shown.part = spent.part
        and shown.unit_no = spent.unit_no
    where shown.part is not null
    group by
        dossiers.procedure_no,
        dossiers.term_band,
        dossiers.quarter_no,
        shown.step_code,
        shown.part,
        shown.unit_no
)

select * from unspent_steps
