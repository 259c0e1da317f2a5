"""What would have prevented lateness: timelines re-run without a cause, and queues run again.

Every figure is a counterfactual (evidence level 3): it holds under the assumption printed beside
it and no other.
"""

from workbench.figures.whatif.capacity import more_officers
from workbench.figures.whatif.shifted import shifted
from workbench.figures.whatif.transfer_rule import TransferLog, whatif_transfer_rule

__all__ = ["TransferLog", "more_officers", "shifted", "whatif_transfer_rule"]
