"""A kernel for unattended runs: it talks through private files, never through network ports.

Each manager gets a folder of its own, since kernels that share one answer each other's calls.
Where such files do not exist (Windows) or their path would be too long, Jupyter's default on the
loopback address is used.
"""

from __future__ import annotations

import os
import weakref
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from workbench.core.project import Scratch

LONGEST = 80
"""A socket's path may be 107 characters; Jupyter adds a suffix of its own."""


class PrivateKernelManager(AsyncKernelManager):  # type: ignore[misc]
    """Starts one kernel that only this process can reach; its files go when it does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Choose the transport before the kernel's connection is made."""
        super().__init__(*args, **kwargs)
        if os.name == "nt":
            return
        scratch = Scratch("k")
        weakref.finalize(self, scratch.cleanup)
        folder = str(scratch.path)
        if len(folder) <= LONGEST:
            self.transport = "ipc"
            self.ip = f"{folder}/k"
