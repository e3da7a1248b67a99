"""The examples of the documents are run, in order, in an empty folder, and print what is shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from corridor.cli.main import COMMANDS
from tests.project.tree import REPOSITORY, documents, example_files, examples, module_exists, name

# A line of this alone stands for output left out.
LEFT_OUT = {"...", "…"}
MOMENTS = re.compile(r"\d+(?:\.\d+)? ?(?:s|seconds|ms)\b")


def plain(text: str) -> str:
    """Words only: widths, box lines and seconds differ from one terminal and machine to the next."""
    return " ".join(re.sub(r"[─━│┃┏┓┗┛┡┩└┘├┤┬┴┼╇╞╪╡╭╮╯╰]", " ", MOMENTS.sub("", text)).split())


def runnable(document: Path) -> bool:
    return any(example.line.startswith(("corridor", "CORRIDOR_")) for example in examples(document))


@pytest.mark.heavy
@pytest.mark.parametrize("document", [path for path in documents() if runnable(path)], ids=name)
def test_the_examples_of_a_document_run(document: Path, tmp_path: Path) -> None:
    absent = [word for word, (module, _) in COMMANDS.items() if not module_exists(module)]
    if absent:
        pytest.skip(f"commands are not there yet: {', '.join(absent)}")
    for file, text in example_files(document).items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "CORRIDOR_HOME"}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    environment["COLUMNS"] = "120"
    data = os.environ.get("CORRIDOR_TEST_DATA", str(REPOSITORY.parent / "shared" / "data"))
    wrong: list[str] = []
    for example in examples(document):
        if example.line.startswith(("make test", "git", "cd ", "pip", "python3")):
            continue
        line = re.sub(r"^make demo\b", "corridor demo --beneficiaries 500", example.line)
        if "$CORRIDOR_TEST_DATA" in example.line and not Path(data).is_dir():
            continue
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=tmp_path,
            env={**environment, "CORRIDOR_TEST_DATA": data},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            wrong.append(
                f"$ {example.line}\nended with {done.returncode}\n{done.stdout[-500:]}{done.stderr[-1500:]}"
            )
            continue
        printed = {plain(line) for line in (done.stdout + done.stderr).splitlines()}
        missing = [
            line for line in example.output if line.strip() not in LEFT_OUT and plain(line) not in printed
        ]
        if missing:
            shown = "\n".join(missing)
            wrong.append(f"$ {example.line}\nthe document shows, and the command does not print:\n{shown}")
    assert not wrong, "\n\n".join(wrong)
