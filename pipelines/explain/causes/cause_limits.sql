-- grain: one row: the reviewed numbers that the models of this folder use
-- key: fewest_peers
-- reads: cause_rules
-- promises: fewest_peers > 0

with cause_limits as (
    select
        max(case when rule_id = 'fewest_peers' then value::integer end) as fewest_peers,
        max(case when rule_id = 'usual_share' then value::integer end) as usual_share,
        max(case when rule_id = 'long_share' then value::integer end) as long_share,
        max(case when rule_id = 'extreme_share' then value::integer end) as extreme_share,
        max(case when rule_id = 'cell_size' then value::integer end) as cell_size,
        max(case when rule_id = 'least_difference' then value::integer end) as least_difference,
        max(case when rule_id = 'fewest_units' then value::integer end) as fewest_units,
        max(case when rule_id = 'false_share' then value::integer end) as false_share,
        max(case when rule_id = 'late_click' then value::integer end) as late_click,
        max(case when rule_id = 'chain_gap' then value::integer end) as chain_gap,
        max(case when rule_id = 'chain_size' then value::integer end) as chain_size,
        max(case when rule_id = 'queue_correlation' then value::integer end) as queue_correlation,
        max(case when rule_id = 'at_once' then value::integer end) as at_once,
        max(case when rule_id = 'own_work' then value::integer end) as own_work,
        max(case when rule_id = 'weekday_share' then value::integer end) as weekday_share,
        max(case when rule_id = 'bunch_excess' then value::integer end) as bunch_excess,
        max(case when rule_id = 'bunch_errors' then value::integer end) as bunch_errors,
        max(case when rule_id = 'paper_share' then value::integer end) as paper_share,
        max(case when rule_id = 'one_day' then value::integer end) as one_day,
        max(case when rule_id = 'unlogged_share' then value::integer end) as unlogged_share,
        max(case when rule_id = 'session_wait' then value::integer end) as session_wait,
        max(case when rule_id = 'session_size' then value::integer end) as session_size,
        max(case when rule_id = 'session_share' then value::integer end) as session_share
    from cause_rules
)

select * from cause_limits
