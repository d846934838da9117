"""A headless Chromium without a network."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.workbook.libreoffice import missing


def browser() -> str:
    """A Chromium; without one a run skips here, and fails where CI is set."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return found or missing("Chromium")


def browse(address: str, folder: Path, *options: str) -> str:
    """Open an address with a profile of its own; returns what the browser prints."""
    command = [
        browser(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={folder / 'profile'}", *options, address,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=180, check=True)
    return done.stdout.decode("utf-8")
