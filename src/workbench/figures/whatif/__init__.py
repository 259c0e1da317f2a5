"""What would have prevented lateness: timelines re-run without a cause, and queues run again.

Every figure is a counterfactual (evidence level 3): it holds under the assumption printed beside
it and no other.
"""

from workbench.figures.whatif.capacity import more_officers
from workbench.figures.whatif.passing import Log, passed_on
from workbench.figures.whatif.shifted import shifted

__all__ = ["Log", "more_officers", "passed_on", "shifted"]
