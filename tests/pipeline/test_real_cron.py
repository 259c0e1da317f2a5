"""Debian's own cron, at a made-up time, runs the entries that ``workbench schedule`` prints."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from workbench.cli.run_log import read_runs

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
NEEDS = [name for name in ("cron", "crontab", "faketime", "unshare") if not shutil.which(name)]
if not FAKETIME:
    NEEDS.append("libfaketime")
if not hasattr(os, "geteuid") or os.geteuid() != 0:
    NEEDS.append("rights of root")
pytestmark = pytest.mark.skipif(bool(NEEDS), reason=f"not on this machine: {', '.join(NEEDS)}")

CRON = """\
set -e
mount --make-rprivate /
for place in /var/spool/cron /etc/cron.d /run /dev/shm; do mount -t tmpfs none $place; done
mkdir -m 1730 /var/spool/cron/crontabs
mount --bind /dev/null /etc/crontab
cp /usr/sbin/cron {folder}/cron
mount --bind {folder}/sbin /usr/sbin
crontab {folder}/table
exec faketime -f "@2022-07-01 06:29:57" {folder}/cron -f
"""
"""Runs cron where nothing but our table and a sendmail of ours is to be seen."""
MAIL = """\
#!/bin/sh
cat > "$(mktemp {folder}/mail-XXXX)"
"""


def test_cron_makes_up_for_missed_periods_and_mails_nothing_but_a_failure(short_pages, tmp_path):
    bench = short_pages.copy_to(tmp_path / "hồ sơ 100%")
    (tmp_path / "sbin").mkdir()
    mail = tmp_path / "sbin" / "sendmail"
    mail.write_text(MAIL.format(folder=tmp_path), encoding="utf-8")
    mail.chmod(0o755)
    bench.call("run", "--period", "2021-H1", "--no-refresh")

    halves = bench.call("schedule", "--no-refresh", "--at", "06:30").stdout.splitlines()
    fetch = "echo the share is down; exit 4"
    months = bench.call("schedule", "--period", "month", "--fetch", fetch).stdout.splitlines()
    variables = ("HOME", "PYTHONPATH", "DVC_SITE_CACHE_DIR", "WORKBENCH_LANG")
    table = [
        "MAILTO=chief@example.org",
        *(f"{name}={bench.environment[name]}" for name in variables),
        f"LD_PRELOAD={FAKETIME}",
        "FAKETIME=@2022-07-01 06:30:05",
        *halves[-2:],
        # due in the same minute as the other schedule
        months[-1],
    ]
    (tmp_path / "table").write_text("\n".join(table) + "\n", encoding="utf-8")
    script = CRON.format(folder=shlex.quote(str(tmp_path)))
    cron = subprocess.Popen(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 120
        while len(read_runs(bench.project)) < 4 or not list(tmp_path.glob("mail-*")):
            assert cron.poll() is None, "cron has ended"
            assert time.monotonic() < until, read_runs(bench.project)
            time.sleep(0.05)
    finally:
        os.killpg(cron.pid, signal.SIGKILL)
        cron.wait()

    runs = [run for run in read_runs(bench.project) if run["outcome"] != "failed"]
    assert [run["periods"] for run in runs] == [["2021-H1"], ["2021-H2", "2022-H1"], ["2022-H1"]]
    (failure,) = [run for run in read_runs(bench.project) if run["outcome"] == "failed"]
    assert failure["exit_code"] == 3
    (letter,) = tmp_path.glob("mail-*")
    text = letter.read_text(encoding="utf-8")
    assert "To: chief@example.org" in text
    assert "the share is down" in text
    assert "Traceback" not in text
