-- grain: one row per row of a paper register and rule it breaks
-- key: source_file, source_sheet, source_row, rule_id
-- reads: parsed_papers, dossiers
-- promises: rule_id in ('D43', 'P01', 'P03', 'P07')
-- The same date again, in one register or in its next export, is a duplicate. Of several dates of
-- one dossier the latest counts (D43): an earlier one would excuse more of its lateness.

with paper_rows as (
    select
        *,
        row_number() over (
            partition by dossier_id, source, paper_text
            order by source_file, source_sheet, source_row
        ) as duplicate_no,
        min(paper_result_on) over (partition by dossier_id)
        < max(paper_result_on) over (partition by dossier_id) as is_contradicted
    from parsed_papers
),

findings as (
    select
        papers.source_file,
        papers.source_sheet,
        papers.source_row,
        unnest(
            case
                when papers.duplicate_no > 1 then ['P07']
                else [
                    case when papers.paper_result_on is null then 'P01' end,
                    case when dossiers.dossier_id is null then 'P03' end,
                    case when papers.is_contradicted then 'D43' end
                ]
            end
        ) as rule_id
    from paper_rows as papers
    left join dossiers on papers.dossier_id = dossiers.dossier_id
),

paper_findings as (
    select
        source_file,
        source_sheet,
        source_row,
        rule_id,
        case rule_id when 'P01' then 'paper_result_on' else '' end as fields
    from findings
    where rule_id is not null
)

select * from paper_findings
