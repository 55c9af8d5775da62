"""Take the pictures of pages in a browser: `python -m docs.screenshots`, where there is a Chromium.

With names, only these. The widget is left out where there is no JupyterLab on the path: the extra
`[notebook]` brings it.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
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
KERNEL = 6_000  # milliseconds: JupyterLab calls a kernel idle before it can be asked
COLOURS = 64  # of a picture: small files, and nobody sees it


class Shot(NamedTuple):
    """A picture of a page: its file, the size of the window, and what to open in it."""

    name: str
    width: int
    height: int
    opened: Callable[[Page], None]
    dark: bool = False
    needs: str = ""  # a program that not every machine has


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


def widget(page: Page) -> None:
    """Move a lever of the widget in JupyterLab, which runs until the window is closed."""
    running = ExitStack()
    page.context.on("close", lambda _: running.close())
    folder = Path(running.enter_context(TemporaryDirectory()))
    told = json.loads((ROOT / "notebooks" / "what_if.ipynb").read_text(encoding="utf-8"))
    told["cells"] = told["cells"][:2]  # the question and the widget
    (folder / "what_if.ipynb").write_text(json.dumps(told), encoding="utf-8")
    address, token = running.enter_context(jupyter_lab(folder))
    page.goto(f"{address}/lab/tree/what_if.ipynb?token={token}")
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=PATIENCE)
    page.get_by_role("button", name="No", exact=True).click()  # news of Jupyter
    page.keyboard.press("Control+b")  # the list of files away
    page.wait_for_timeout(KERNEL)
    page.locator(".lm-MenuBar-item", has_text="Run").first.click()
    page.get_by_text("Run All Cells", exact=True).click()
    settled = page.locator('.funnelsim-answer[role="status"]:text-is("200 simulated years")')
    settled.wait_for(timeout=PATIENCE)
    lever = page.locator(".funnelsim-lever", has_text="people in sales").first
    lever.locator(".noUi-handle").press("ArrowRight")
    page.locator(".funnelsim-answer h3", has_text="On average").wait_for(timeout=PATIENCE)
    settled.wait_for(timeout=PATIENCE)


@contextmanager
def jupyter_lab(folder: Path) -> Iterator[tuple[str, str]]:
    """Run the JupyterLab of the path in a folder, with kernels of this Python: its address and token."""
    kernel = folder / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    told = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(told), encoding="utf-8")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    token = secrets.token_hex()
    options = [f"--port={port}", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    command = ["jupyter-lab", *options, "--no-browser", "--allow-root"]
    kept_in = ("JUPYTER_PATH", "JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    environment = {**os.environ, **dict.fromkeys(kept_in, str(folder))}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            while server.poll() is None and not answers(port):
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}", token
        finally:
            server.terminate()


def answers(port: int) -> bool:
    """Return whether a server answers at a port."""
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


SHOTS = [
    Shot("report", 1080, 1180, report),
    Shot("what_if", 1280, 1000, what_if),
    Shot("site", 1180, 900, site),
    Shot("notebook", 960, 1150, notebook),
    Shot("widget", 1180, 900, widget, needs="jupyter-lab"),
]


@contextmanager
def window(browser: Browser, shot: Shot) -> Iterator[Page]:
    """Open a window for a shot."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height}, color_scheme="dark" if shot.dark else "light"
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def main() -> None:
    """Take all pictures, or those that are named."""
    asked = sys.argv[1:]
    with launched() as browser:
        for shot in (each for each in SHOTS if not asked or each.name in asked):
            if shot.needs and shutil.which(shot.needs) is None:
                print(f"{shot.name}.png stays as it is: there is no {shot.needs} on the path")
                continue
            with window(browser, shot) as page:
                shot.opened(page)
                seen = Image.open(io.BytesIO(page.screenshot()))
            seen.convert("RGB").quantize(COLOURS).save(PICTURES / f"{shot.name}.png", optimize=True)


if __name__ == "__main__":
    main()
