-- grain: one row per dossier row and rule by which its dates are doubtful, not impossible
-- key: source_file, source_sheet, source_row, rule_id
-- reads: ranked_dossier_rows, numbered_sheets, dossier_texts, calendar_days
-- promises: rule_id is not null
-- Duplicates, superseded rows and records of another source are not judged. D17 reads the two dates
-- with day and month swapped; D18 finds years of two digits, years outside 1990 to 2060 (not used),
-- and dates of Excel's other epoch.

with standing as (
    select
        claims.*,
        sheets.calendar_id,
        timezone(claims.time_zone, claims.due_at)::date as due_on,
        timezone(claims.time_zone, claims.due_first_at)::date as due_first_on,
        timezone(claims.time_zone, claims.received_at) as received_wall,
        timezone(claims.time_zone, claims.reported_end_at) as ended_wall,
        list_transform(
            [texts.received_at, texts.resolved_at],
            lambda stamp: wall_time(stamp, not sheets.day_first) -- noqa: RF02
        ) as swapped,
        regexp_matches(
            concat_ws(' ', texts.received_at, texts.due_at, texts.resolved_at, texts.returned_at),
            '(^| )\d{1,2}[/.-]\d{1,2}[/.-]\d{2}( |$)'
        ) as has_short_year
    from ranked_dossier_rows as claims
    inner join numbered_sheets as sheets on claims.sheet_no = sheets.sheet_no
    inner join dossier_texts as texts
        on claims.source_file = texts.source_file
        and claims.source_sheet = texts.source_sheet
        and claims.source_row = texts.source_row
    where claims.duplicate_no = 1
        and claims.conflict_no = 1
        and claims.source_rank = 1
        and not claims.is_superseded
),

due_days as (
    select
        standing.*,
        days.is_working as is_due_when_open
    from standing
    left join calendar_days as days
        on standing.calendar_id = days.calendar_id and standing.due_on = days.day
),

doubts as (
    select
        source_file,
        source_sheet,
        source_row,
        implausible,
        unnest([
            case when due_at < received_at then 'D11' end,
            case when not is_due_when_open then 'D12' end,
            case
                when ended_wall = received_wall and ended_wall::time <> time '00:00:00'
                    then 'D14'
            end,
            case when ends_before(returned_at, reported_end_at, time_zone) then 'D15' end,
            case
                when
                    ends_before(reported_end_at, received_at, time_zone)
                    and ended_wall::date <> received_wall::date
                    and (
                        swapped[2] between received_wall and timezone(time_zone, snapshot_at)
                        or swapped[1] <= ended_wall
                    )
                    then 'D17'
            end,
            case
                when
                    has_short_year
                    or implausible <> ''
                    or date_diff('day', received_on, code_date(dossier_id)) = 1462
                    then 'D18'
            end,
            case when due_first_from = 'column' and due_first_on = due_on - 7 then 'P13' end,
            case
                when
                    status in ('resolved', 'returned')
                    and reported_end_at is null
                    and returned_at > due_at
                    then 'P14'
            end
        ]) as rule_id
    from due_days
),

date_warnings as (
    select
        source_file,
        source_sheet,
        source_row,
        rule_id,
        case rule_id when 'D18' then implausible else '' end as fields
    from doubts
    where rule_id is not null
)

select * from date_warnings
