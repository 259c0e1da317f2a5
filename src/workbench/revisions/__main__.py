"""``python -m workbench.revisions`` makes the page on which ``dvc plots`` draws offline."""

import sys

from workbench.project import find_project
from workbench.revisions.plots_page import write_plots_page

sys.stdout.write(f"{write_plots_page(find_project())}\n")
