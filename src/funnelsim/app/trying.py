"""`funnelsim what-if`: a page on this machine to play with.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import threading
import webbrowser
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from funnelsim.app import progress, terminal
from funnelsim.app.terminal import Jobs, ScenarioName, Seed

app = typer.Typer(rich_markup_mode=None)


@app.command("what-if", short_help="Open a page with a slider for every lever, today beside what-if.")
def what_if(
    scenario: ScenarioName,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Of the page; 0 takes a free one.")] = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the page's address and open nothing.")
    ] = False,
    with_names: Annotated[
        bool, typer.Option("--with-names", help="Show names of reps, and levers of each.")
    ] = False,
    with_pay: Annotated[bool, typer.Option("--with-pay", help="Show pay, and its levers.")] = False,
    on: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="When a what-if begins; by default on the period's first day."),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="CHECKPOINT",
            help="Go on from a file that `funnelsim keep` wrote, on its day, with its worlds and seed.",
        ),
    ] = None,
    seed: Seed = 1,
    jobs: Jobs = 0,
) -> None:
    """Open a page in the browser: move a lever, and see at once what it brings. Ctrl-C ends it.

    Only this machine reaches the page, and only with the key in its address.

    Example: funnelsim what-if professional_services
    """
    with terminal.in_sentences("The page is closed."):
        day = None if on is None else terminal.day(on)
        kept = terminal.checkpoint(since, seed)
        read = terminal.read(scenario, None)
        terminal.settings(1, seed, jobs, "compiled")
        from funnelsim.app.what_if.server import LOOPBACK, serving
        from funnelsim.app.what_if.session import Session
        from funnelsim.studies.what_if import WhatIf

        if kept is None:
            terminal.say("Simulating what comes before the what-if ...")
        with terminal.endings(), progress.working("Trying out") as told:
            answering = WhatIf(read, on=day, since=kept, seed=seed, jobs=jobs, progress=told)
            session = Session(scenario, answering, kept_in=since, with_names=with_names, with_pay=with_pay)
        with ExitStack() as stack:
            try:
                server = stack.enter_context(serving(session, port))
            except OSError as error:
                terminal.fail(
                    f"port {port} of {LOOPBACK} cannot be used: {error.strerror}. --port 0 takes a free one"
                )
            terminal.write(f"{server.address}\nCtrl-C ends it.")
            if not no_browser:
                webbrowser.open(server.address)
            threading.Event().wait()  # until Ctrl-C
