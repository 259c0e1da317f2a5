-- grain: one row per dossier and step of its log that breaks no rule of severity error
-- key: dossier_id, step_no
-- reads: parsed_steps, excluded_steps, step_pairs, derived_stamps, step_numbers, numbered_sheets
-- promises: step_no >= 1; step_kind is not null; norm_seconds is null or norm_seconds >= 0
-- Step numbers of the log are used where they are unique within the dossier. In a log of
-- transitions a completed step takes its arrival and start from the events before it. Stamps that
-- follow from others by the profile of the source are those of derived_stamps.

with steps as (
    select
        kept.dossier_id,
        coalesce(numbers.step_no, kept.logged_no) as step_no,
        kept.step,
        kept.step_kind,
        kept.unit_id,
        kept.holder_id,
        coalesce(kept.arrived_at, pairs.arrived_at, derived.arrived_at) as arrived_at,
        coalesce(kept.started_at, pairs.started_at, derived.started_at) as started_at,
        coalesce(kept.finished_at, derived.finished_at) as finished_at,
        kept.step_due_at,
        kept.norm_seconds,
        sheets.source_file,
        sheets.source_sheet,
        row_of(kept.row_id) as source_row
    from parsed_steps as kept
    anti join excluded_steps on kept.row_id = excluded_steps.row_id
    inner join numbered_sheets as sheets on kept.sheet_no = sheets.sheet_no
    left join step_pairs as pairs on kept.row_id = pairs.row_id
    left join derived_stamps as derived on kept.row_id = derived.row_id
    left join step_numbers as numbers on kept.row_id = numbers.row_id
)

select * from steps
