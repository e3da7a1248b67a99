"""Serving: where it listens, over https or not, and the log that names no person."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.settings import load_settings
from corridor.web.state import State, state_address
from corridor.web.workbench import Workbench

LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Listening:
    """Where the application listens.

    certificate, key: https by this server itself. name: the host name under which a proxy serves it by https.
    """

    host: str = "127.0.0.1"
    port: int = 8321
    certificate: Path | None = None
    key: Path | None = None
    name: str = ""

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by https."""
        return self.certificate is not None or bool(self.name)

    @property
    def names(self) -> frozenset[str]:
        """The host names it answers to."""
        return LOCAL | {self.host, self.name} - {"", "0.0.0.0", "::"}

    @property
    def address(self) -> str:
        """What to open."""
        if self.name:
            return f"https://{self.name}/"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}/"

    def check(self) -> None:
        """Raises WEB-OPEN-HOST where passwords would cross a network unencrypted."""
        if not _loopback(self.host) and not self.secure:
            raise CorridorError(
                "WEB-OPEN-HOST",
                f"{self.host} can be reached from other machines, and this server speaks plain http.",
                why="Passwords and patients' data would cross the network readable.",
                todo="Give --certificate and --key, or --name of the https proxy in front, or no --host.",
                field="--host",
            )
        if (self.certificate is None) != (self.key is None):
            raise CorridorError(
                "WEB-CERTIFICATE",
                "A certificate needs its key, and a key its certificate.",
                todo="Give both --certificate and --key.",
                field="--certificate",
            )


def open_bench(config: Path | None, listening: Listening) -> Workbench:
    """The workbench of a warehouse. Raises what settings and state raise."""
    settings = load_settings(config)
    home = Warehouse.open(settings.home_folder()).home
    return Workbench(
        home, settings, State(state_address(home)), secure=listening.secure, names=listening.names
    )


def serve(bench: Workbench, listening: Listening) -> None:
    """Serve until interrupted."""
    import uvicorn

    from corridor.web.app import create_app
    from corridor.web.supervise import Supervisor

    # No access log: the audit log says who saw what, and an address may hold a search for a name.
    options: dict[str, Any] = {"access_log": False, "log_level": "warning", "server_header": False}
    # The address a proxy tells is believed only where there is one.
    options["proxy_headers"] = bool(listening.name)
    if listening.certificate is not None:
        options |= {"ssl_certfile": str(listening.certificate), "ssl_keyfile": str(listening.key)}
    worker = Supervisor(bench)
    bench.ahead = True
    if (run := bench.run()) is not None:
        bench.panels(run)

    class Server(uvicorn.Server):
        async def shutdown(self, *given: Any, **named: Any) -> None:
            worker.stop()  # whatever signal stopped the server
            await super().shutdown(*given, **named)

    server = Server(uvicorn.Config(create_app(bench), host=listening.host, port=listening.port, **options))
    worker.start()
    try:
        server.run()
    finally:
        worker.stop()
        bench.state.close()


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
