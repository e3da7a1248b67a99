"""corridor.toml: what to load, what to compute, and which rules the user overrides."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corridor.errors import CorridorError

DEFAULT_FILE = "corridor.toml"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SourceSettings(_Model):
    """One set of files to load: a format of ``corridor load``, and files or folders.

    Relative paths are relative to the folder of corridor.toml.
    """

    format: str = Field(min_length=1)
    paths: list[str] = Field(min_length=1)
    source_id: str | None = None


class SparkSettings(_Model):
    """Where Spark is, with ``engine = "spark"``.

    master       as Spark names it: ``local[4]``, ``spark://host:7077``, ``yarn``, ``k8s://...``; None: what
                 spark-submit says, else this machine
    warehouse    the warehouse as Spark's executors reach it, where that is not the path the driver uses
    driver_rows  tables (or months) of more rows than this are digested by Spark, not by the driver
    conf         further settings of Spark, by their names
    """

    master: str | None = None
    warehouse: str | None = None
    driver_rows: int = Field(default=50_000_000, ge=0)
    conf: dict[str, Any] = {}


class BillingSettings(_Model):
    """Where services are priced when neither the claim nor the roster says it: a Medicare locality."""

    mac: str | None = Field(default=None, pattern="^[0-9]{5}$")
    locality: str | None = Field(default=None, pattern="^[0-9]{2}$")


class UploadSettings(_Model):
    """What may be sent to the application in the browser.

    most_gigabytes  of one delivery, all its files together
    free_gigabytes  of the disk that are left free whatever is sent
    """

    most_gigabytes: float = Field(default=100.0, gt=0)
    free_gigabytes: float = Field(default=2.0, ge=0)


class OpenIdSettings(_Model):
    """Signing in at an OpenID Connect issuer; a client secret is read from $CORRIDOR_OPENID_SECRET.

    issuer           its address, under which /.well-known/openid-configuration describes it
    client_id        what this application is called there
    label            what the button says
    scopes           what is asked for beside ``openid``
    role_claim       the claim that names groups; roles: role -> the groups that have it. Without roles here a
                     new account has neither role nor scope until an administrator gives them
    allowed_domains  the domains of e-mail addresses, which the issuer must call verified; none: any
    """

    issuer: str = Field(pattern=r"^https?://[^\s?#]+$")
    client_id: str = Field(min_length=1)
    label: str = Field(default="your organization", min_length=1)
    scopes: list[str] = ["profile", "email"]
    role_claim: str = "groups"
    roles: dict[str, list[str]] = {}
    allowed_domains: list[str] = []


class WebSettings(_Model):
    """Who may sign in to the application.

    local_accounts  whether local accounts may sign in; the first administrator always may
    openid          the OpenID Connect issuer (OpenIdSettings); None: local accounts only
    """

    local_accounts: bool = True
    openid: OpenIdSettings | None = None


class StorageSettings(_Model):
    """How things are stored. encrypt: by Corridor itself, which it cannot: it then refuses to start."""

    encrypt: bool = False


class Settings(_Model):
    """The settings of corridor.toml; every one has a default.

    home                       the folder of warehouse and reference files; $CORRIDOR_HOME beats it
    organisation               the name on reports
    synthetic                  the data are nobody's: reports say so
    sources                    what to load
    programs                   the programs to compute
    year                       the performance year; None: each command's own choice
    as_known_on, proposed      the law as known on a day; whether proposals displace it
    cohort                     national: settle inside the national cohort; alone: only own clinicians
    indicative_below_coverage  panel coverage (fraction) below which a result is called indicative;
                               None: as the rule asm.indicative_coverage says
    seed                       of every draw
    engine                     what computes the SQL steps: DuckDB in this process, or Spark
    threads, memory_limit      of the engine; None: all cores, most of the memory
    spark                      where Spark is (SparkSettings)
    billing                    the fee-schedule locality of services that name none (BillingSettings)
    uploads                    what may be sent to the application in the browser (UploadSettings)
    web                        who may sign in to the application (WebSettings)
    storage                    how things are stored (StorageSettings)
    overrides                  rule name (``asm.risk_level``) -> the value to use in its place
    """

    home: str | None = None
    organisation: str = ""
    synthetic: bool = False
    sources: list[SourceSettings] = []
    programs: list[str] = Field(default=["asm"], min_length=1)
    year: int | None = None
    as_known_on: date | None = None
    proposed: bool = False
    cohort: Literal["national", "alone"] = "national"
    indicative_below_coverage: float | None = Field(default=None, ge=0, le=1)
    seed: int = Field(default=1, ge=0)
    engine: Literal["duckdb", "spark"] = "duckdb"
    threads: int | None = Field(default=None, ge=1)
    memory_limit: str | None = Field(default=None, pattern=r"^[0-9]+(\.[0-9]+)? ?([KMGT]i?)?B$")
    spark: SparkSettings = SparkSettings()
    billing: BillingSettings = BillingSettings()
    uploads: UploadSettings = UploadSettings()
    web: WebSettings = WebSettings()
    storage: StorageSettings = StorageSettings()
    overrides: dict[str, Any] = {}
    file: Path | None = Field(default=None, exclude=True)

    def home_folder(self) -> Path | None:
        """The folder of warehouse and reference files: $CORRIDOR_HOME, else ``home``, else None."""
        if os.environ.get("CORRIDOR_HOME"):
            return Path(os.environ["CORRIDOR_HOME"])
        return None if self.home is None else self.resolve(self.home)

    def resolve(self, path: str) -> Path:
        """A path of corridor.toml: relative to the folder the file is in."""
        folder = Path() if self.file is None else self.file.parent
        return folder / Path(path).expanduser()

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON types."""
        return self.model_dump(mode="json")

    def for_steps(self) -> dict[str, Any]:
        """What may change a result: the settings Python steps read, and the manifest keeps.

        The rules have their own digest; threads, memory and folders change no row.
        """
        kept = ("organisation", "synthetic", "cohort", "indicative_below_coverage", "seed", "billing")
        return {key: value for key, value in self.to_dict().items() if key in kept}


def load_settings(file: Path | str | None = None) -> Settings:
    """Read corridor.toml: the file named, else ./corridor.toml where there is one, else the defaults.

    Raises SETTINGS-NOT-FOUND, SETTINGS-TOML, SETTINGS-UNKNOWN-KEY, SETTINGS-VALUE, STORAGE-ENCRYPT.
    """
    path = Path(DEFAULT_FILE if file is None else file)
    if not path.is_file():
        if file is None:
            return Settings()
        raise CorridorError(
            "SETTINGS-NOT-FOUND",
            "The settings file does not exist.",
            todo="Write one with: corridor init.",
            file=path,
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found = re.search(r"at line (\d+)", str(error))
        raise CorridorError(
            "SETTINGS-TOML",
            f"The file is not TOML: {error}.",
            todo="Mend it there; text needs quotes, dates do not.",
            file=path,
            line=int(found[1]) if found else None,
        ) from error
    if isinstance(data.get("overrides"), dict):
        data["overrides"] = _flat(data["overrides"])
    if "file" in data:
        raise _unknown("file", path, text)
    try:
        settings = Settings.model_validate({**data, "file": path})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise _unknown(name, path, text) from error
        message = "it is missing" if first["type"] == "missing" else first["msg"]
        raise CorridorError(
            "SETTINGS-VALUE",
            f"The setting {name} cannot be used: {message[0].lower()}{message[1:]}.",
            todo="Give it a value of the kind that docs/settings.md shows.",
            file=path,
            line=_line(name, text),
            field=name,
        ) from error
    if settings.storage.encrypt:
        raise CorridorError(
            "STORAGE-ENCRYPT",
            "The setting storage.encrypt asks for encrypted files, and Corridor cannot write them.",
            why="The warehouse and the state would lie readable on the disk although you asked otherwise.",
            todo="Put CORRIDOR_HOME and CORRIDOR_STATE on an encrypted disk, then remove the setting.",
            file=path,
            line=_line("storage.encrypt", text),
            field="storage.encrypt",
        )
    return settings


def _flat(overrides: dict[str, Any]) -> dict[str, Any]:
    """TOML reads an unquoted ``asm.risk_level`` as a table in a table: join such names again."""
    flat: dict[str, Any] = {}
    for name, value in overrides.items():
        if isinstance(value, dict) and "." not in name:
            flat |= {f"{name}.{rule}": inner for rule, inner in value.items()}
        else:
            flat[name] = value
    return flat


def _unknown(name: str, path: Path, text: str) -> CorridorError:
    import difflib

    key = name.rpartition(".")[2]
    inside: dict[str, type[_Model]] = {
        "sources": SourceSettings,
        "spark": SparkSettings,
        "billing": BillingSettings,
        "uploads": UploadSettings,
        "web": WebSettings,
        "web.openid": OpenIdSettings,
        "storage": StorageSettings,
    }
    above = name.rpartition(".")[0]
    known = inside.get(above, inside.get(above.partition(".")[0], Settings)).model_fields
    near = difflib.get_close_matches(key, [k for k in known if k != "file"], n=1)
    return CorridorError(
        "SETTINGS-UNKNOWN-KEY",
        f"There is no setting {name!r}.",
        why="A setting nobody reads would change nothing, and you would not know.",
        todo=f"Did you mean {near[0]!r}?" if near else "Remove it; corridor init lists every setting.",
        file=path,
        line=_line(name, text),
        field=name,
    )


def _line(name: str, text: str) -> int | None:
    """The line on which a key is set: TOML values do not remember theirs."""
    key = re.escape(next(part for part in reversed(name.split(".")) if not part.isdigit()))
    pattern = re.compile(rf"^\s*(?:\[+\s*)?[\"']?{key}[\"']?\s*(?:\.|=|\])")
    return next((n for n, line in enumerate(text.splitlines(), 1) if pattern.match(line)), None)
