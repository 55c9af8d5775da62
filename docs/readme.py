"""Write what the demo made into the README: `make readme`. With --check, only say whether it is there."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from example import shrink

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def compare() -> str:
    """Run the main job as a user would and return what it prints."""
    command = [sys.executable, "-m", "funnelsim", "compare", "professional_services"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def paragraphs(printed: str) -> dict[str, str]:
    """Find the paragraphs that the README shows, by the name of their markers."""
    parts = [part.strip("\n") for part in re.split(r"\n\s*\n", printed)]
    table = next(part for part in parts if "Strategy" in part and "\N{BOX DRAWINGS LIGHT HORIZONTAL}" in part)
    verdict = next(part for part in parts if part.startswith("Verdict"))
    tidy = "\n".join(line.rstrip() for line in table.splitlines())
    said = " ".join(verdict.removeprefix("Verdict").split())
    return {"table": f"```text\n{tidy}\n```", "verdict": f"> {said}"}


def filled(readme: str, found: dict[str, str]) -> str:
    """Put the paragraphs between their markers."""
    for name, text in found.items():
        start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, rest = readme.split(start)
        readme = f"{before}{start}\n{text}\n{end}{rest.split(end)[1]}"
    return readme


def main() -> int:
    """Write the README and its picture, or check that the README is up to date."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument(
        "--demo", type=Path, default=ROOT / "demo", help="where the demo wrote its pictures"
    )
    options = arguments.parse_args()
    text = README.read_text(encoding="utf-8")
    wanted = filled(text, paragraphs(compare()))
    if options.check:
        return 0 if wanted == text else 1
    README.write_text(wanted, encoding="utf-8")
    for picture in sorted(options.demo.glob("[!b]*.png")):  # those of today and of all strategies
        shrink(picture, picture.stem)
    return 0


if __name__ == "__main__":
    sys.exit(main())
