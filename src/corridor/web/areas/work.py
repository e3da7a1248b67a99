"""Work: what is to do for which patient, who has it, and what came of it."""

from __future__ import annotations

from corridor.web.groups import WORK
from corridor.web.roles import PATIENTS
from corridor.web.route import Entry, Route, get, post

ITEM = ("list", "item")
ROUTES: tuple[Route, ...] = (
    get("/work", "pages.work:work", PATIENTS, noted=True),
    get("/work/{list}", "pages.work_list:work_list", PATIENTS, noted=True, named=("list",)),
    post("/work/{list}", "pages.work_list:change", PATIENTS, noted=True, named=("list",)),
    get("/work/{list}/file", "pages.work_list:work_file", PATIENTS, noted=True, named=("list",)),
    # Whose item was seen, and whose name, is noted with the number of the patient by the page itself.
    get("/work/{list}/items/{item}", "pages.work_item:work_item", PATIENTS, named=ITEM),
    post("/work/{list}/items/{item}", "pages.work_item:change", PATIENTS, noted=True, named=ITEM),
    get("/work/{list}/items/{item}/person", "pages.work_item:person", PATIENTS, named=ITEM),
    get("/api/v1/work", "api.work:lists", PATIENTS, noted=True, reach="work"),
    get("/api/v1/work/{list}", "api.work:items", PATIENTS, noted=True, named=("list",), reach="work"),
    get("/api/v1/work/{list}/items/{item}", "api.work:item", PATIENTS, noted=True, named=ITEM, reach="work"),
    post(
        "/api/v1/work/{list}/items/{item}", "api.work:change", PATIENTS, noted=True, named=ITEM, reach="work"
    ),
)  # fmt: skip
ENTRIES: tuple[Entry, ...] = (Entry("/work", "Work lists", PATIENTS, WORK),)
