"""Loading and running in the browser, and the forms of calculators and audits."""

from __future__ import annotations

from corridor.web.groups import GROUND, PLANNING
from corridor.web.roles import EVERYONE, LOADERS
from corridor.web.route import Entry, Route, get, post
from corridor.web.upload_store import LARGEST_PART

LARGEST_FORM = 256_000_000  # of files in one plain form; larger ones go in parts
LARGEST_SHEET = 16_000_000  # of a spreadsheet in place of a form's rows
ROUTES: tuple[Route, ...] = (
    get("/load", "pages.loading:load", LOADERS, whole=True),
    get("/load/deliveries/{delivery_id}", "pages.loading:delivery", LOADERS, whole=True),
    post(
        "/load/files", "pages.uploads:files", LOADERS, whole=True, noted=True, largest=LARGEST_FORM, files=60
    ),
    post("/load/batches", "pages.uploads:begin", LOADERS, whole=True, noted=True),
    get("/load/batches/{batch_id}", "pages.uploads:batch", LOADERS, whole=True),
    post(
        "/load/batches/{batch_id}/load", "pages.uploads:start_load", LOADERS, whole=True, noted=True,
        named=("batch_id",),
    ),
    post(
        "/load/batches/{batch_id}/discard", "pages.uploads:discard", LOADERS, whole=True, noted=True,
        named=("batch_id",),
    ),
    post("/load/uploads", "pages.uploads:upload", LOADERS, whole=True),
    get("/load/uploads/{upload_id}", "pages.uploads:held", LOADERS, whole=True),
    post(
        "/load/uploads/{upload_id}/parts/{number}", "pages.uploads:part", LOADERS, whole=True,
        largest=LARGEST_PART,
    ),
    post("/load/run", "pages.jobs:run", LOADERS, whole=True, noted=True),
    get("/jobs/{job_id}", "pages.jobs:job", LOADERS, whole=True),
    post("/jobs/{job_id}/cancel", "pages.jobs:stop", LOADERS, whole=True, noted=True, named=("job_id",)),
    get("/forms", "pages.forms:forms", EVERYONE),
    get("/forms/{name}", "pages.forms:form", EVERYONE),
    post(
        "/forms/{name}", "pages.forms:answer", EVERYONE, noted=True, named=("name",), largest=LARGEST_SHEET,
        files=2, fields=20_000,
    ),
    get("/forms/{name}/excel", "pages.form_answers:book", EVERYONE),
    get("/forms/{name}/answers/{key}", "pages.form_answers:shown", EVERYONE),
    get("/forms/{name}/answers/{key}/explain", "pages.form_explained:explained", EVERYONE),
    get(
        "/forms/{name}/answers/{key}/file", "pages.form_answers:download", EVERYONE, noted=True,
        named=("name",),
    ),
    post(
        "/forms/{name}/answers/{key}/save", "pages.form_answers:keep", EVERYONE, noted=True, named=("name",)
    ),
    post(
        "/forms/{name}/answers/{key}/delete", "pages.form_answers:forget", EVERYONE, noted=True,
        named=("name",),
    ),
    get("/api/v1/jobs", "api.jobs:jobs", LOADERS, whole=True, reach="jobs"),
    get("/api/v1/jobs/{job_id}", "api.jobs:job", LOADERS, whole=True, reach="jobs"),
)  # fmt: skip
ENTRIES: tuple[Entry, ...] = (
    Entry("/forms", "Calculators and forms", EVERYONE, PLANNING),
    Entry("/load", "Load and run", LOADERS, GROUND, whole=True),
)
