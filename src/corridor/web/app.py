"""The application factory: the routes of the table behind the guard, the headers, and errors in one shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from functools import cache
from html import escape
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.routing import BaseRoute, compile_path

from corridor import __version__
from corridor.errors import CorridorError
from corridor.web.guard import guard
from corridor.web.render import error_page
from corridor.web.routes import ROUTES
from corridor.web.whole_number import whole_number
from corridor.web.workbench import Workbench

# The messages of ASGI, the interface between a server and an application.
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Message, Receive, Send], Awaitable[None]]

LARGEST_BODY = 1_000_000
LENGTH_DIGITS = 18
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# HTTP status -> the codes of errors it answers; every other error is 400.
CODES = {
    400: ("WEB-HOST",),
    401: (
        "WEB-SIGN-IN",
        "WEB-SIGN-IN-NEEDED",
    ),
    403: (
        "SCENARIO-OWNER",
        "WEB-FORBIDDEN",
        "WEB-FORM",
        "WEB-LOCKED",
        "WEB-NEW-PASSWORD",
        "WEB-SETUP-TOKEN",
    ),
    404: (
        "ASM-NO-TABLE",
        "AUDIT-UNKNOWN",
        "EXPLAIN-NO-EPISODE",
        "FORM-ELSEWHERE",
        "FORM-NO-ANSWER",
        "LAW-UNKNOWN-PROGRAM",
        "LAW-UNKNOWN-RULE",
        "NO-RUN",
        "OVERLAP-UNKNOWN",
        "OVERPAYMENT-UNKNOWN",
        "SCENARIO-NOBODY",
        "SCENARIO-NOTHING",
        "SCENARIO-UNKNOWN",
        "TABLE-UNKNOWN",
        "TEMPLATE-UNKNOWN",
        "WEB-NO-ACTION",
        "WEB-NO-CLINICIAN",
        "WEB-NO-DELIVERY",
        "WEB-NO-FINDING",
        "WEB-NO-JOB",
        "WEB-NO-PRACTICE",
        "WEB-NO-RUN",
        "WEB-NO-SYSTEM",
        "WEB-NO-WORK-ITEM",
        "WEB-NOT-FOUND",
        "WEB-OLD-RUN",
        "WEB-UPLOAD-UNKNOWN",
        "WEB-WORK-LIST",
    ),
    405: ("WEB-METHOD",),
    409: (
        "WEB-ACTION-CHANGED",
        "WEB-UPLOAD-STATE",
        "WEB-WORK-CHANGED",
    ),
    413: (
        "WEB-TOO-LARGE",
        "WEB-UPLOAD-SIZE",
    ),
    429: ("WEB-TOO-MANY",),
    500: ("WEB-UNEXPECTED",),
    502: ("WEB-OPENID-ISSUER",),
    503: (
        "WEB-STATE-UNREACHABLE",
        "WEB-WORK-WAIT",
    ),
    507: ("WEB-UPLOAD-SPACE",),
}
STATUS = {code: status for status, codes in CODES.items() for code in codes}


def create_app(bench: Workbench) -> FastAPI:
    """The application over one workbench."""
    app = FastAPI(
        title="Corridor", version=__version__, docs_url=None, redoc_url=None, openapi_url=None,
        redirect_slashes=False,
    )  # fmt: skip
    app.state.bench = bench
    app.router.routes.extend(_routes())
    app.add_exception_handler(CorridorError, _known)
    app.add_exception_handler(RequestValidationError, _malformed)
    for status in (400, 404, 405):
        app.add_exception_handler(status, _refused)
    app.add_middleware(Shell, bench=bench)
    return app


@cache
def _routes() -> Sequence[BaseRoute]:
    """The routes of the table, their signatures read once a process: no route holds a workbench."""
    router = APIRouter()
    for route in ROUTES:
        router.add_api_route(
            route.path,
            route.endpoint(),
            methods=[route.method],
            name=f"{route.method.lower()} {route.path}",
            dependencies=[Depends(guard(route))],
            include_in_schema=route.api,
            response_model=None,
            openapi_extra={"security": [{"token": []}]} if route.api else None,
        )
    return tuple(router.routes)


def for_program(request: Request) -> bool:
    """Whether the answer is JSON: for the API, and for whoever asks for it and not for a page."""
    accepted = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or (
        "application/json" in accepted and "text/html" not in accepted
    )


def answer(request: Request, error: CorridorError) -> Response:
    """An error in its one shape, as JSON or as a page; folders of the server stay its own."""
    status = STATUS.get(error.code, 400)
    shown = error.to_dict()
    if shown["file"]:
        shown["file"] = str(shown["file"]).replace("\\", "/").rpartition("/")[2]
    if for_program(request):
        extra = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        return JSONResponse({"error": shown}, status, extra)
    if error.code == "WEB-SIGN-IN-NEEDED":
        if request.app.state.bench.setup.open:
            return RedirectResponse("/first-run", 303)
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        back = f"?next={quote(wanted, safe='/')}" if request.method == "GET" and wanted != "/" else ""
        return RedirectResponse(f"/sign-in{back}", 303)
    if error.code == "WEB-NEW-PASSWORD":
        return RedirectResponse("/account", 303)
    return error_page(request, shown, status)


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, CorridorError)
    return answer(request, error)


def _malformed(request: Request, error: Exception) -> Response:
    """What was asked is not of the kind expected: the field is named, its value never repeated."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    named = str(first["loc"][-1]) if first.get("loc") else None
    return answer(
        request,
        CorridorError(
            "WEB-REQUEST",
            f"{escape(named or 'A value')} is not of the kind expected: {first['msg'].lower()}.",
            todo="Correct it in the address.",
            field=named,
        ),
    )


def _refused(request: Request, error: Exception) -> Response:
    if getattr(error, "status_code", 404) == 405:
        return answer(
            request,
            CorridorError("WEB-METHOD", "This address is not used that way.", todo="Go back and try again."),
        )
    return answer(
        request,
        CorridorError(
            "WEB-NOT-FOUND",
            "There is no page at this address.",
            todo="Check it, or start from the home page.",
        ),
    )


class Shell:
    """Around everything: the host name, the size of what is sent, the headers, and a defect's answer."""

    def __init__(self, app: ASGIApp, bench: Workbench) -> None:
        self.app = app
        self.bench = bench

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        begun = False

        async def outward(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = {**HEADERS, "Cache-Control": "no-store"}
                if self.bench.secure:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
                given = {key.lower() for key, _ in message["headers"]}
                lowered = {key.lower().encode(): value for key, value in headers.items()}
                message["headers"] = [
                    *message["headers"],
                    *((key, value.encode()) for key, value in lowered.items() if key not in given),
                ]
            await send(message)

        most = _largest(scope["path"])
        refused = self._refusal(request, most)
        if refused is not None:
            await answer(request, refused)(scope, receive, outward)
            return
        taken = 0

        async def inward() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise _too_large()
            return message

        try:
            await self.app(scope, inward, outward)
        except Exception as error:
            if begun:
                raise
            known = error if isinstance(error, CorridorError) else _defect(error)
            await answer(request, known)(scope, receive, outward)

    def _refusal(self, request: Request, most: int) -> CorridorError | None:
        """A foreign host name is how another site would reach a server that listens here only."""
        name = request.url.hostname or ""
        if name not in self.bench.names:
            return CorridorError(
                "WEB-HOST",
                "This server does not answer to that host name.",
                todo="Open it by the address that `corridor serve` printed, or give the name with --name.",
            )
        length = request.headers.get("content-length", "0")
        told = whole_number(length, LENGTH_DIGITS)
        return _too_large() if told is None or told > most else None


_LARGER = tuple((compile_path(route.path)[0], route.largest) for route in ROUTES if route.largest)


def _largest(path: str) -> int:
    """How many bytes a request to this address may carry."""
    return next((largest for pattern, largest in _LARGER if pattern.match(path)), LARGEST_BODY)


def _too_large() -> CorridorError:
    return CorridorError(
        "WEB-TOO-LARGE",
        "That is more than a form may hold.",
        todo="Send less; files of claims are loaded on the page Load and run.",
    )


def _defect(error: Exception) -> CorridorError:
    """A defect: its message may quote data, so only its kind is shown and logged."""
    import logging
    import traceback
    from pathlib import Path

    place: Any = traceback.extract_tb(error.__traceback__)[-1]
    logging.getLogger("corridor.web").error(
        "%s in %s, line %s", type(error).__name__, Path(place.filename).name, place.lineno
    )
    return CorridorError(
        "WEB-UNEXPECTED",
        f"Corridor met a {type(error).__name__} it does not know.",
        why="That is a defect of Corridor. What was complete before is unharmed.",
        todo="Try again; if it stays, report it with the page you were on.",
    )
