"""LibreOffice for the scripts of this folder, which run under a Python that has `uno`.

A script serves requests: one a line in, one answer a line out, both JSON, {"done": answer} or
{"failed": why}. Its LibreOffice ends when its input does.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

START_TIME, END_TIME = 60, 30


def serve(program: str, profile: str, pipe: str, make: Callable[[Any, int], Any]) -> None:
    """Start LibreOffice with a profile and answer requests with the methods of what `make` gives.

    `make` gets the component context and the process number.
    """
    quiet = subprocess.DEVNULL
    office = subprocess.Popen(
        [
            *(program, "--headless", "--norestore", "--nologo", "--nodefault"),
            f"-env:UserInstallation={profile}",
            f"--accept=pipe,name={pipe};urp;",
        ],
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
    )
    try:
        context = _connected(pipe)
        served = make(context, office.pid)
        for line in sys.stdin:
            name, arguments = json.loads(line)
            print(json.dumps(_answer(getattr(served, name), arguments)), flush=True)
        _end(context)
        office.wait(END_TIME)
    finally:
        office.kill()


def service(context: Any, name: str) -> Any:
    """A service of the running LibreOffice."""
    return context.ServiceManager.createInstanceWithContext(name, context)


def desktop(context: Any) -> Any:
    """Where documents are opened."""
    return service(context, "com.sun.star.frame.Desktop")


def load(context: Any, url: str, **settings: object) -> Any:
    """Open a document, hidden unless the settings say otherwise."""
    given = tuple(_setting(n, v) for n, v in {"Hidden": True, **settings}.items())
    return desktop(context).loadComponentFromURL(url, "_blank", 0, given)


def _end(context: Any) -> None:
    """Close everything: an open document would leave its lock file behind."""
    for document in list(desktop(context).Components):
        document.close(True)
    desktop(context).terminate()


def _setting(name: str, value: object) -> Any:
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def _answer(method: Callable[..., Any], arguments: list[Any]) -> dict[str, Any]:
    try:
        return {"done": method(*arguments)}
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}


def _connected(pipe: str) -> Any:
    """The component context of the LibreOffice that was just started."""
    local = uno.getComponentContext()
    resolver = service(local, "com.sun.star.bridge.UnoUrlResolver")
    until = time.monotonic() + START_TIME
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
