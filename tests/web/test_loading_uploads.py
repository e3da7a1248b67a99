"""Files sent in the browser: parts kept once, resumed, put together, refused where they must be."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from corridor.errors import CorridorError
from corridor.settings import Settings, UploadSettings
from corridor.web import upload_store, work
from corridor.web.accounts import create_account, find_account
from corridor.web.doing import Bench, do
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import now, stamp
from corridor.web.upload_store import KEPT, Uploads
from corridor.web.uploads import safe_name
from corridor.web.workbench import Workbench
from tests.web.conftest import PASSWORD, Person, signed_in

EVERY = Scope(every_row=True)
BODY = bytes(range(256)) * 10  # 2,560 bytes: three parts of a thousand, the last of 560


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_store, "PART_BYTES", 1000)


@pytest.fixture
def person(empty_bench: Workbench) -> Person:
    return signed_in(empty_bench, [Role.analyst], EVERY)


@pytest.fixture
def uploads(empty_bench: Workbench) -> Uploads:
    return Uploads(empty_bench.state, empty_bench.home, UploadSettings())


@pytest.fixture
def batch(empty_bench: Workbench, uploads: Uploads) -> str:
    made = create_account(empty_bench.state, "u", PASSWORD, [Role.analyst], EVERY, must_change=False)
    account = find_account(empty_bench.state, made)
    assert account is not None
    return uploads.start_batch(account, "cclf")


def part(number: int) -> bytes:
    return BODY[(number - 1) * 1000 : number * 1000]


def refused(code: str, call: object, *given: object) -> CorridorError:
    with pytest.raises(CorridorError) as caught:
        call(*given)  # type: ignore[operator]
    assert caught.value.code == code
    return caught.value


def test_a_file_goes_over_in_parts_in_any_order_each_kept_once(uploads: Uploads, batch: str) -> None:
    begun = uploads.start(batch, "claims.txt", len(BODY), "7")
    assert begun.parts == 3 and [begun.length(n) for n in (0, 1, 2, 3, 4)] == [0, 1000, 1000, 560, 0]
    uploads.take(begun.upload_id, 3, part(3))
    before = os.stat(uploads._parts(batch, begun.upload_id) / "000003").st_mtime_ns
    again = uploads.take(begun.upload_id, 3, part(3))
    assert again.held == (3,) and again.bytes_held == 560
    assert os.stat(uploads._parts(batch, begun.upload_id) / "000003").st_mtime_ns == before
    uploads.take(begun.upload_id, 1, part(1))
    assert not uploads.batch(batch).complete
    refused("WEB-UPLOAD-PART", uploads.put_together, uploads.upload(begun.upload_id))
    done = uploads.take(begun.upload_id, 2, part(2), hashlib.sha256(part(2)).hexdigest())
    assert done.complete and uploads.put_together(done).read_bytes() == BODY
    assert uploads.upload(begun.upload_id).together and uploads.batch(batch).bytes_held == len(BODY)
    assert uploads.put_together(uploads.upload(begun.upload_id)).read_bytes() == BODY


def test_a_part_must_be_what_was_sent(uploads: Uploads, batch: str) -> None:
    begun = uploads.start(batch, "claims.txt", len(BODY))
    refused("WEB-UPLOAD-PART", uploads.take, begun.upload_id, 1, part(1)[:-1])
    refused("WEB-UPLOAD-PART", uploads.take, begun.upload_id, 4, b"")
    refused("WEB-UPLOAD-PART", uploads.take, begun.upload_id, 1, part(1), "0" * 64)
    assert uploads.upload(begun.upload_id).held == ()
    assert list(uploads._parts(batch, begun.upload_id).iterdir()) == []


@pytest.mark.parametrize("killed_after", [0, 1, 2, 3])
def test_a_kill_while_a_file_is_put_together_loses_nothing(
    uploads: Uploads, batch: str, killed_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = uploads.start(batch, "claims.txt", len(BODY))
    for number in (1, 2, 3):
        uploads.take(begun.upload_id, number, part(number))
    left = [killed_after]
    real = Path.unlink

    def dying(path: Path, missing_ok: bool = False) -> None:
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] -= 1
        real(path, missing_ok)

    if killed_after < 3:
        monkeypatch.setattr(Path, "unlink", dying)
    else:  # between the last part and the name
        monkeypatch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        uploads.put_together(uploads.upload(begun.upload_id))
    monkeypatch.undo()
    monkeypatch.setattr(upload_store, "PART_BYTES", 1000)
    found = uploads.upload(begun.upload_id)
    assert found.complete and not found.together
    assert uploads.put_together(found).read_bytes() == BODY


def test_the_same_file_is_gone_on_with_and_another_is_not(uploads: Uploads, batch: str) -> None:
    begun = uploads.start(batch, "claims.txt", len(BODY), "7")
    uploads.take(begun.upload_id, 1, part(1))
    assert uploads.start(batch, "claims.txt", len(BODY), "7").held == (1,)
    refused("WEB-UPLOAD-NAME", uploads.start, batch, "claims.txt", len(BODY), "8")
    refused("WEB-UPLOAD-NAME", uploads.start, batch, "CLAIMS.txt", len(BODY), "7")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("P.A9999.ACO.ZC1Y27.D280220.T0100000", "P.A9999.ACO.ZC1Y27.D280220.T0100000"),
        ("../../etc/passwd", "passwd"), ("C:\\claims\\a b.zip", "a b.zip"), ("/abs/x.csv", "x.csv"),
        ("na\u00efve.csv", "na_ve.csv"), ("a\x00b", "a_b"), ("a" * 180, "a" * 180),
    ],
)  # fmt: skip
def test_only_the_last_name_of_a_file_is_used(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize("given", ["", "..", ".", ".hidden", "/", "a/..", "-x", "a" * 181])
def test_a_name_that_is_none_is_refused(given: str) -> None:
    refused("WEB-UPLOAD-NAME", safe_name, given)


def test_sizes_and_room_are_checked_before_anything_is_sent(
    empty_bench: Workbench, uploads: Uploads, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Uploads(empty_bench.state, empty_bench.home, UploadSettings(most_gigabytes=0.000_003))
    small.start(batch, "one", 2000)
    assert "0.000003 GB" not in refused("WEB-UPLOAD-SIZE", small.start, batch, "two", 2000).todo
    refused("WEB-UPLOAD-SIZE", uploads.start, batch, "two", -1)
    usage = shutil.disk_usage(empty_bench.home)._replace(free=2_000_000_000 + 10_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    error = refused("WEB-UPLOAD-SPACE", uploads.start, batch, "two", 9000)
    assert "10 kB may be used" in error.why
    uploads.start(batch, "three", 1000)


def test_a_delivery_that_was_loaded_takes_no_more(uploads: Uploads, batch: str) -> None:
    begun = uploads.start(batch, "one", 10)
    uploads.mark(batch, "loaded")
    assert not (uploads.folder / batch).exists()
    refused("WEB-UPLOAD-STATE", uploads.start, batch, "two", 10)
    refused("WEB-UPLOAD-STATE", uploads.take, begun.upload_id, 1, b"0" * 10)


def test_what_nobody_touches_for_a_week_is_discarded(
    empty_bench: Workbench, uploads: Uploads, batch: str
) -> None:
    assert uploads.sweep() == 0
    with empty_bench.state.writing() as con:
        con.execute("update upload_batch set touched_at = ?", [stamp(now() - KEPT - KEPT)])
    assert uploads.sweep() == 1 and uploads.batch(batch).state == "discarded"


def test_files_of_beneficiaries_are_readable_by_their_owner_only(uploads: Uploads, batch: str) -> None:
    begun = uploads.start(batch, "claims.txt", 10)
    uploads.take(begun.upload_id, 1, b"0" * 10)
    whole = uploads.put_together(uploads.upload(begun.upload_id))
    assert os.stat(whole).st_mode & 0o077 == 0 and os.stat(uploads.folder).st_mode & 0o077 == 0


# ---- over http ----------------------------------------------------------------------------------


def send(who: Person, path: str, data: dict[str, str]) -> dict[str, object]:
    answer = who.post(path, data={"csrf": who.csrf, **data}, headers={"accept": "application/json"})
    found: dict[str, object] = answer.json()
    return {"status": answer.status_code, **found}


def send_part(who: Person, upload: object, number: int, body: bytes, **headers: str) -> dict[str, object]:
    answer = who.post(
        f"/load/uploads/{upload}/parts/{number}", content=body,
        headers={"x-csrf-token": who.csrf, "content-type": "application/octet-stream",
                 "accept": "application/json", **headers},
    )  # fmt: skip
    found: dict[str, object] = answer.json()
    return {"status": answer.status_code, **found}


def test_a_script_sends_a_delivery_and_a_job_waits_for_it(person: Person, empty_bench: Workbench) -> None:
    batch = send(person, "/load/batches", {"format": "cclf"})["batch"]
    begun = send(person, "/load/uploads", {"batch": str(batch), "name": "x.txt", "size": str(len(BODY))})
    assert begun["status"] == 201 and begun["parts"] == 3 and begun["held"] == []
    early = send(person, f"/load/batches/{batch}/load", {})
    assert early["status"] == 409 and "WEB-UPLOAD-STATE" in json.dumps(early)
    for number in (1, 2, 3):
        sent = send_part(person, begun["upload"], number, part(number))
    assert sent["complete"] is True
    assert person.get(f"/load/uploads/{begun['upload']}").json()["held"] == [1, 2, 3]
    assert person.get(f"/load/batches/{batch}").json()["complete"] is True
    assert send(person, f"/load/batches/{batch}/load", {})["next"] == "/jobs/1"
    assert send(person, f"/load/batches/{batch}/load", {})["next"] == "/jobs/1"  # sent twice: one job
    assert [one.title for one in work.waiting(empty_bench.state)] == ["Load x.txt as CCLF"]
    assert send(person, f"/load/batches/{batch}/discard", {})["status"] == 409


def test_what_is_wrong_is_said(person: Person) -> None:
    assert "LOAD-FORMAT" in json.dumps(send(person, "/load/batches", {"format": "pdf"}))
    named = send(person, "/load/batches", {"format": "cclf", "source_id": "../x"})
    assert "WEB-UPLOAD-SOURCE" in json.dumps(named)
    batch = str(send(person, "/load/batches", {"format": "cclf"})["batch"])
    asked = {"batch": batch, "name": "x", "size": "many"}
    assert "WEB-UPLOAD-SIZE" in json.dumps(send(person, "/load/uploads", asked))
    asked = {"batch": batch, "name": "x", "size": "1", "sha256": "zz"}
    assert "WEB-UPLOAD-PART" in json.dumps(send(person, "/load/uploads", asked))
    assert "WEB-UPLOAD-UNKNOWN" in json.dumps(send_part(person, "nothing", 1, b"x"))
    form = person.post("/load/uploads/0/parts/1", data={"csrf": person.csrf})
    assert form.status_code == 400 and "WEB-UPLOAD-PART" in form.text
    nothing = person.post("/load/files", data={"csrf": person.csrf, "format": "cclf"})
    assert nothing.status_code == 400 and "WEB-UPLOAD-NONE" in nothing.text


def test_a_part_has_its_own_largest_size(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = upload_store.LARGEST_PART
    assert send_part(person, "0", 1, b"x" * (limit + 1))["status"] == 413
    assert send_part(person, "0", 1, b"x" * limit)["status"] == 404
    other = person.post("/load/run", content=b"x" * 1_000_001, headers={"x-csrf-token": person.csrf})
    assert other.status_code == 413  # every other form is small


def test_without_a_script_a_plain_form_sends_them(person: Person, empty_bench: Workbench) -> None:
    given = [("files", ("a.txt", BODY)), ("files", ("b.txt", b"b"))]
    sent = person.post("/load/files", data={"csrf": person.csrf, "format": "roster"}, files=given)
    assert sent.headers["location"] == "/jobs/1"
    (job,) = work.waiting(empty_bench.state)
    uploads = Uploads(empty_bench.state, empty_bench.home, UploadSettings())
    batch = uploads.batch(job.asked["batch"])
    assert [uploads.put_together(one).read_bytes() for one in batch.uploads] == [BODY, b"b"]


def test_a_plain_form_goes_on_with_what_a_script_began(person: Person) -> None:
    batch = str(send(person, "/load/batches", {"format": "roster"})["batch"])
    asked = {"batch": batch, "name": "a.txt", "size": str(len(BODY)), "changed": "5"}
    begun = send(person, "/load/uploads", asked)
    send_part(person, begun["upload"], 2, part(2))
    page = person.get("/load").text
    assert "1 kB of 3 kB" in page.replace("1.0 kB", "1 kB").replace("2.6 kB", "3 kB")
    data = {"csrf": person.csrf, "batch": batch}
    sent = person.post("/load/files", data=data, files=[("files", ("a.txt", BODY))])
    assert sent.headers["location"] == "/jobs/1"


def test_nobody_sends_without_the_token_or_the_rows(empty_bench: Workbench, person: Person) -> None:
    answer = person.post(
        "/load/uploads/0/parts/1", content=b"x", headers={"content-type": "application/octet-stream"}
    )
    assert answer.status_code == 403 and "WEB-FORM" in answer.text
    limited = signed_in(empty_bench, [Role.analyst], Scope(tin=("1",)))
    assert send(limited, "/load/batches", {"format": "cclf"})["status"] == 403


def test_a_load_that_was_done_before_its_worker_died_is_not_done_again(
    empty_bench: Workbench, uploads: Uploads, batch: str
) -> None:
    account = find_account(empty_bench.state, 1)
    assert account is not None
    work.ask(empty_bench.state, account, "load", "x", {"batch": batch})
    uploads.mark(batch, "loaded", 1)
    bench = Bench(Settings(), empty_bench.warehouse, empty_bench.state)
    job = work.take(empty_bench.state, "w", True)
    assert job is not None and do(job, bench, lambda *_: None) == {}
