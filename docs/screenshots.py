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
from funnelsim.app.what_if.server import serving
from funnelsim.app.what_if.session import Session

PICTURES = Path(__file__).parent / "pictures"
PATIENCE = 300_000  # milliseconds
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


def what_if(page: Page) -> None:
    """Move a lever of a preset, and wait for the answer."""
    with serving(Session("professional_services", fs.load("professional_services"))) as server:
        page.goto(server.address)
        page.wait_for_selector('body[data-settled="1"]', timeout=PATIENCE)
        page.get_by_label("inquiries a month from seo", exact=True).fill("20")
        page.wait_for_selector('body[data-settled="2"]', timeout=PATIENCE)


SHOTS = [Shot("report", 1080, 1180, report), Shot("what_if", 1280, 1000, what_if)]


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
