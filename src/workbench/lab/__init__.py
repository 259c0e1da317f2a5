"""The lab: live answers, ``%sql``, completion by subject and errors in one line.

``workbench lab`` loads it into every kernel; elsewhere ``%load_ext workbench.lab`` does. Widgets
appear only where a person looks at the notebook: an unattended run shows what it always shows.
"""

from __future__ import annotations

import os
from typing import Any

from workbench.lab.sql import register_sql

__all__ = ["load_ipython_extension", "register_sql"]

_SESSION = "JPY_SESSION_NAME"
"""Set by the server for the kernel of a notebook that is open in a browser, and for no other."""


def load_ipython_extension(shell: Any) -> None:
    """Make a kernel one of the lab (IPython calls this).

    Args:
        shell: The kernel's shell.
    """
    from workbench.lab.completion import complete_by_subject
    from workbench.lab.errors import show_errors_in_one_line

    register_sql(shell)
    show_errors_in_one_line(shell)
    complete_by_subject(shell)
    if os.environ.get(_SESSION):
        from workbench.lab.live import show_live_answers

        show_live_answers(shell)
