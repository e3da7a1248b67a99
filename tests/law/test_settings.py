"""corridor.toml: every setting checked, unknown ones named."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from corridor.cli.init import TEMPLATE
from corridor.settings import Settings, load_settings


def settings(tmp_path, text):
    file = tmp_path / "corridor.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def test_defaults_without_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    read = load_settings()
    assert read == Settings() and read.programs == ["asm"] and read.overrides == {}
    (tmp_path / "corridor.toml").write_text("year = 2028\n")
    assert load_settings().year == 2028


def test_everything_that_can_be_set(tmp_path, monkeypatch):
    monkeypatch.delenv("CORRIDOR_HOME", raising=False)
    read = settings(
        tmp_path,
        """
        home = "data"
        organisation = "Example Heart Group"
        programs = ["asm"]
        year = 2027
        as_known_on = 2026-11-01
        proposed = true
        cohort = "alone"
        indicative_below_coverage = 0.6
        seed = 7
        threads = 2
        memory_limit = "4GB"
        [[sources]]
        format = "cclf"
        paths = ["cclf"]
        [overrides]
        "asm.logistic_steepness" = 0.08
        asm.logistic_midpoint = 50.0
        "asm.trigger_gap_days" = [{cohort = "heart_failure", days = 180}]
        """,
    )
    assert read.home_folder() == tmp_path / "data"
    assert read.as_known_on == date(2026, 11, 1) and read.threads == 2
    assert read.resolve(read.sources[0].paths[0]) == tmp_path / "cclf"
    assert read.overrides == {
        "asm.logistic_steepness": 0.08,
        "asm.logistic_midpoint": 50.0,
        "asm.trigger_gap_days": [{"cohort": "heart_failure", "days": 180}],
    }
    assert "file" not in read.to_dict() and read.to_dict()["as_known_on"] == "2026-11-01"
    assert set(read.for_steps()) == {
        "organisation",
        "synthetic",
        "cohort",
        "indicative_below_coverage",
        "seed",
        "billing",
    }
    monkeypatch.setenv("CORRIDOR_HOME", "/elsewhere")
    assert read.home_folder() == Path("/elsewhere")


def test_no_home_is_left_to_the_warehouse(tmp_path, monkeypatch):
    monkeypatch.delenv("CORRIDOR_HOME", raising=False)
    assert settings(tmp_path, "").home_folder() is None


@pytest.mark.parametrize(
    ("text", "code", "line", "field"),
    [
        ("year = 2027\nthread = 2\n", "SETTINGS-UNKNOWN-KEY", 2, "thread"),
        ("[coverage]\nminimum = 1\n", "SETTINGS-UNKNOWN-KEY", 1, "coverage"),
        (
            '[[sources]]\nformat = "cclf"\npaths = ["x"]\nfolder = "y"\n',
            "SETTINGS-UNKNOWN-KEY",
            4,
            "sources.1.folder",
        ),
        ('file = "x"\n', "SETTINGS-UNKNOWN-KEY", 1, "file"),
        ('year = "2027"\n', "SETTINGS-VALUE", 1, "year"),
        ("threads = 0\n", "SETTINGS-VALUE", 1, "threads"),
        ('\nmemory_limit = "lots"\n', "SETTINGS-VALUE", 2, "memory_limit"),
        ("indicative_below_coverage = 75\n", "SETTINGS-VALUE", 1, "indicative_below_coverage"),
        ('cohort = "regional"\n', "SETTINGS-VALUE", 1, "cohort"),
        ("programs = []\n", "SETTINGS-VALUE", 1, "programs"),
        ('[[sources]]\nformat = "cclf"\n', "SETTINGS-VALUE", None, "sources.1.paths"),
        ("overrides = 3\n", "SETTINGS-VALUE", 1, "overrides"),
        ("year = 2027\nyear 2028\n", "SETTINGS-TOML", 2, None),
    ],
)
def test_refused_with_file_line_and_key(tmp_path, refused, text, code, line, field):
    error = refused(code, lambda: settings(tmp_path, text))
    assert (error.line, error.field) == (line, field)
    assert error.file == str(tmp_path / "corridor.toml") and error.todo


def test_a_near_miss_is_named(tmp_path, refused):
    assert "'threads'" in refused("SETTINGS-UNKNOWN-KEY", lambda: settings(tmp_path, "thread = 2\n")).todo


def test_a_named_file_must_exist(tmp_path, refused):
    refused("SETTINGS-NOT-FOUND", lambda: load_settings(tmp_path / "none.toml"))


def test_the_template_shows_every_setting_with_its_default():
    """What init writes is TOML, and uncommented it sets every key there is."""
    tomllib.loads(TEMPLATE)
    shown = set(re.findall(r"^(?:# )?\[*([a-z_]+)\]* ?(?:=|$)", TEMPLATE, re.MULTILINE))
    assert set(Settings.model_fields) - {"file"} <= shown
    defaults = {
        k: v for k, v in Settings().to_dict().items() if isinstance(v, bool | int | float) or k == "cohort"
    }
    for key, value in defaults.items():
        written = (
            str(value).lower()
            if isinstance(value, bool)
            else value
            if not isinstance(value, str)
            else f'"{value}"'
        )
        assert f"# {key} = {written}\n" in TEMPLATE
