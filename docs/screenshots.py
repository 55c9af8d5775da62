"""Take the pictures of pages in a browser: `python -m docs.screenshots`, where there is a Chromium."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page
from tests.browser.chromium import launched

import funnelsim as fs

PICTURES = Path(__file__).parent / "pictures"
COLOURS = 64  # of a picture: small files, and nobody sees it


class Shot(NamedTuple):
    """A picture of a page: its file, the size of the window, and what to open in it."""

    name: str
    width: int
    height: int
    opened: Callable[[Page], None]
    dark: bool = False


def report(page: Page) -> None:
    """Open the report of a preset."""
    made = fs.report(fs.load("professional_services"), replications=200, made=date(2026, 1, 5))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        made.save(file)
        page.goto(file.as_uri())


SHOTS = [Shot("report", 1080, 1180, report)]


@contextmanager
def window(browser: Browser, shot: Shot) -> Iterator[Page]:
    """Open a window for a shot."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height}, color_scheme="dark" if shot.dark else "light"
    )
    yield context.new_page()
    context.close()


def main() -> None:
    """Take all pictures."""
    with launched() as browser:
        for shot in SHOTS:
            with window(browser, shot) as page:
                shot.opened(page)
                seen = Image.open(io.BytesIO(page.screenshot()))
            seen.convert("RGB").quantize(COLOURS).save(PICTURES / f"{shot.name}.png", optimize=True)


if __name__ == "__main__":
    main()
