"""Figures and pages are the same bytes whatever instructions the processor has.

An old processor is made believe: the linear algebra of another one, a C library without AVX2 and
fused multiplication, and no fast paths in numpy.
"""

from __future__ import annotations

OLD_PROCESSOR = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F,-FMA4,-AVX",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3",
}


def test_an_old_processor_writes_the_same_results_and_pages(reproduced, tmp_path) -> None:
    bench = reproduced.copy_to(tmp_path / "project", **OLD_PROCESSOR)
    before = bench.tree("data/results") | bench.tree("data/briefings")
    bench.workbench("explain")
    (bench.project.briefings / ".pages.json").unlink()
    bench.workbench("brief")
    after = bench.tree("data/results") | bench.tree("data/briefings")
    assert before.keys() == after.keys()
    assert [name for name, content in after.items() if content != before[name]] == []
