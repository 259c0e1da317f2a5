"""``python -m workbench.cli``, for places where the command itself is not on the path."""

from workbench.cli import run_command_line

run_command_line()
