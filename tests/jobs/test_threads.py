"""The same files give the same rows, whatever the number of threads."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.jobs.demo import run_demo


@pytest.mark.heavy
def test_one_and_two_threads_give_the_same_digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for threads in ("1", "2"):
        monkeypatch.setenv("CORRIDOR_THREADS", threads)
        run = run_demo(tmp_path / threads, 600, 7).run
        found.append([(entry["step"], entry["rows"], entry["digest"]) for entry in run.manifest["steps"]])
    assert len(found[0]) > 60
    assert found[0] == found[1]
