"""Take the pictures of pages in a browser: `python -m docs.screenshots`, where there is a Chromium.

With names, only these.
"""

from __future__ import annotations

import io
import subprocess
import sys
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
from funnelsim.studies.what_if import WhatIf

ROOT = Path(__file__).parent.parent
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
    with serving(Session("professional_services", WhatIf(fs.load("professional_services")))) as server:
        page.goto(server.address)
        page.wait_for_selector('body[data-settled="1"]', timeout=PATIENCE)
        page.get_by_label("inquiries a month from seo", exact=True).fill("20")
        page.wait_for_selector('body[data-settled="2"]', timeout=PATIENCE)


def site(page: Page) -> None:
    """Build the site and open a question."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", "docs", ".", folder]
        subprocess.run(command, cwd=ROOT, check=True)
        page.goto((Path(folder) / "docs" / "questions" / "deliver.html").as_uri())


def notebook(page: Page) -> None:
    """Run a notebook, and open it as a page at its last question."""
    import nbformat  # noqa: PLC0415 (only this picture needs it)
    from nbclient import NotebookClient  # noqa: PLC0415
    from nbconvert import HTMLExporter  # noqa: PLC0415

    told = nbformat.read(ROOT / "notebooks" / "subscription_software.ipynb", as_version=4)
    with TemporaryDirectory() as folder:
        client = NotebookClient(told, resources={"metadata": {"path": folder}})
        client.create_kernel_manager()
        client.km.kernel_spec.argv[0] = sys.executable
        client.execute()
        file = Path(folder) / "notebook.html"
        file.write_text(HTMLExporter().from_notebook_node(told)[0], encoding="utf-8")
        page.route("http*://**", lambda route: route.abort())  # formulas, of which there are none
        page.goto(file.as_uri())
        page.get_by_role("heading", name="3. Who looks after them?").scroll_into_view_if_needed()
        page.evaluate("document.querySelector('[id^=\"3.-Who\"]').scrollIntoView(); scrollBy(0, -16)")


SHOTS = [
    Shot("report", 1080, 1180, report),
    Shot("what_if", 1280, 1000, what_if),
    Shot("site", 1180, 900, site),
    Shot("notebook", 960, 1150, notebook),
]


@contextmanager
def window(browser: Browser, shot: Shot) -> Iterator[Page]:
    """Open a window for a shot."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height}, color_scheme="dark" if shot.dark else "light"
    )
    yield context.new_page()
    context.close()


def main() -> None:
    """Take all pictures, or those that are named."""
    asked = sys.argv[1:]
    with launched() as browser:
        for shot in (each for each in SHOTS if not asked or each.name in asked):
            with window(browser, shot) as page:
                shot.opened(page)
                seen = Image.open(io.BytesIO(page.screenshot()))
            seen.convert("RGB").quantize(COLOURS).save(PICTURES / f"{shot.name}.png", optimize=True)


if __name__ == "__main__":
    main()
