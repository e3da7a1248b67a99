"""Memory does not grow with the community."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from pathlib import Path
from corridor.synth import community
from corridor.synth.order import default_order
community.PEOPLE_A_BLOCK = 400
community.write_community(default_order(int(sys.argv[1]), 1, Path(sys.argv[2])))
# of this process alone: ru_maxrss would begin with the figure of the test's own process
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="peak memory is read from /proc, which only Linux has"
)


def peak(people: int, out: Path) -> float:
    """Peak resident memory of a process that writes a community, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(people), str(out)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1024


def test_ten_blocks_take_no_more_memory_than_two(tmp_path: Path) -> None:
    small, large = peak(800, tmp_path / "small"), peak(4_000, tmp_path / "large")
    # five times the people: what grows is what fragments, not what is kept
    assert large < small * 1.15
    assert large < 400


@pytest.mark.heavy
def test_a_hundred_thousand_people_fit_in_a_gigabyte(tmp_path: Path) -> None:
    people = "9000" if os.environ.get("CORRIDOR_SMALL") == "1" else "100000"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("400", "3_000"), people, str(tmp_path / "c")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) / 1024 < 1_000
