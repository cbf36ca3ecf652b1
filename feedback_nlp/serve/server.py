"""The server of the local page: on this machine alone, unless the person names another address and a password."""

from __future__ import annotations

import importlib.util
import socket
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedback_nlp.errors import InputError, OutputError

if TYPE_CHECKING:
    from feedback_nlp.serve.security import Door

LOCAL = "127.0.0.1"
_LOOPBACK = (LOCAL, "localhost", "::1")
_EVERYWHERE = ("", "0.0.0.0", "::", "*")
_SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD = 1000
# What a server would log are addresses, and errors with words of a mail in them.
_QUIET: dict[str, Any] = {"log_config": None, "log_level": "critical", "access_log": False}
_PLAIN: dict[str, Any] = {"ws": "none", "server_header": False, "proxy_headers": False, "timeout_graceful_shutdown": 5}


def serve(host: str, port: int, password_file: Path | None, open_browser: bool, say: Callable[[str], None]) -> None:
    """Shows the page until it is stopped (Ctrl-C); `say` is told the address to open.

    Raises InputError where the extra is missing, or another machine could open it without a password, and OutputError where the
    address can't be listened at.
    """
    _check_extra()
    import uvicorn

    from feedback_nlp.serve.app import app_of
    from feedback_nlp.serve.security import Door
    from feedback_nlp.temporary import remove_abandoned

    password = _password(host, password_file)
    with _listening(host, port) as listener:
        port = listener.getsockname()[1]
        hosts = hosts_of(host, port)
        door = Door(password, lambda key: say(f"To open it in another browser: {_address(hosts[0], key)}"))
        app = app_of(door, hosts, f"feedback_nlp_{port}")
        remove_abandoned()
        say(_welcome(host, hosts[0], door))
        if open_browser:
            webbrowser.open(_address(hosts[0], door.key))
        with suppress(KeyboardInterrupt):
            uvicorn.Server(uvicorn.Config(app, **_QUIET, **_PLAIN)).run(sockets=[listener])


def hosts_of(host: str, port: int) -> list[str]:
    """What a browser calls the server at that address, the one to show first."""
    names = [f"[{host}]" if ":" in host else host.lower()]
    if host == LOCAL:
        names.append("localhost")
    return [name if port == 80 else f"{name}:{port}" for name in names]


def _check_extra() -> None:
    missing = [name for name in ("jinja2", "python_multipart", "starlette", "uvicorn") if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError("The local page needs an extra: pip install 'feedback-nlp[serve]'.")


def _password(host: str, file: Path | None) -> str:
    """The password; "" where there is none and none is needed."""
    if host in _EVERYWHERE:
        raise InputError(f"--host {host or repr(host)} is no address to open. Name the one that others reach this machine by.")
    if file is None:
        if host not in _LOOPBACK:
            raise InputError(f"At {host} other machines could open it. Put a password into a file: --password-file FILE.")
        return ""
    try:
        lines = file.read_text(encoding="utf-8").splitlines() if file.stat().st_size <= _LONGEST_PASSWORD else []
    except (OSError, ValueError) as error:
        raise InputError(f"{file} can't be read ({getattr(error, 'strerror', None) or 'no text'}). Name a file with a password.") from error
    password = lines[0].strip() if lines else ""
    if len(password) < _SHORTEST_PASSWORD:
        raise InputError(f"{file} has no password of {_SHORTEST_PASSWORD} characters or more in its first line. Write one there.")
    return password


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        why = str(getattr(error, "strerror", None) or error).partition(" (while")[0]
        raise OutputError(f"{host}, port {port}, can't be listened at ({why}). Choose another: --port NUMBER.") from error


def _address(host: str, key: str) -> str:
    return f"http://{host}/enter?key={key}" if key else f"http://{host}/"


def _welcome(host: str, shown: str, door: Door) -> str:
    lines = [f"Open this in your browser: {_address(shown, door.key)}"]
    if host not in _LOOPBACK:
        lines.append("Warning: this is plain HTTP. Whoever can listen in on the network reads the password and your mails.")
    return "\n".join([*lines, "Ctrl-C stops it."])
