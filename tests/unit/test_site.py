"""The pages as a site: each has its place, answers are those of their commands, and it builds."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

import funnelsim as fs

ROOT = Path(__file__).parents[2]
QUESTIONS = sorted(each.stem for each in (ROOT / "docs" / "questions").glob("*.md") if each.stem != "index")
TOCTREE = re.compile(r"^```\{toctree\}\n(?P<listed>.*?)^```$", re.MULTILINE | re.DOTALL)
LARGEST = 60_000  # bytes of a question's picture
WITHOUT = pytest.mark.skipif(
    importlib.util.find_spec("furo") is None or importlib.util.find_spec("myst_parser") is None,
    reason="the site needs the extra: pip install '.[site]'",
)


def sources() -> set[Path]:
    """List all pages of the site, as its configuration does."""
    found = [*ROOT.glob("*.md")]
    found += [page for folder in ("docs", "experiments") for page in (ROOT / folder).rglob("*.md")]
    return {*found, *(ROOT / "benchmarks").glob("*.md")}


def listed(page: Path) -> list[Path]:
    """List the pages that the tables of contents of a page name, one by one or by a pattern."""
    lines = [
        line for each in TOCTREE.finditer(page.read_text("utf-8")) for line in each["listed"].splitlines()
    ]
    names = [re.sub(r"^.*<(.*)>$", r"\1", line) for line in lines if line and not line.startswith(":")]
    found = []
    for name in names:
        there = Path(os.path.normpath(page.parent / name)).relative_to(ROOT)
        found += sorted(ROOT.glob(f"{there}.md")) if "*" in name else [ROOT / f"{there}.md"]
    return found


def test_each_page_has_one_place_in_the_tree() -> None:
    top = ROOT / "docs" / "index.md"
    placed, ahead = [top], [top]
    while ahead:
        found = listed(ahead.pop())
        placed += found
        ahead += found
    assert [page for page in placed if not page.exists()] == []
    assert len(placed) == len(set(placed))
    assert sources() - set(placed) == set()


def test_the_reference_has_all_public_names_once() -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\.\. auto\w+:: funnelsim\.(\w+)$", text, re.MULTILINE)) == sorted(fs.__all__)


def test_the_site_asks_for_the_packages_that_it_is_tested_with() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(extras["optional-dependencies"]["site"]) <= set(extras["optional-dependencies"]["dev"])


# ---- questions --------------------------------------------------------------------------------


def test_the_eight_questions_are_listed_with_their_titles() -> None:
    index = (ROOT / "docs" / "questions" / "index.md").read_text(encoding="utf-8")
    titles = {
        name: (ROOT / "docs" / "questions" / f"{name}.md")
        .read_text("utf-8")
        .splitlines()[0]
        .removeprefix("# ")
        for name in QUESTIONS
    }
    assert len(titles) == 8
    assert [name for name, title in titles.items() if f"[{title}]({name}.md)" not in index] == []


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_command_table_words_picture_and_answer(name: str) -> None:
    page = (ROOT / "docs" / "questions" / f"{name}.md").read_text(encoding="utf-8")
    found = {
        part: page.split(f"<!-- {part} -->")[1].split("<!-- end")[0].strip() for part in ("table", "verdict")
    }
    assert page.count("$ funnelsim compare ") == 1
    assert "today" in found["table"]
    assert found["verdict"].startswith("> ")
    assert "\n## The answer\n" in page
    picture = ROOT / "docs" / "pictures" / f"question_{name}.png"
    assert f"(../pictures/{picture.name})" in page
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < LARGEST


def up_to_date(*names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "docs" / "questions.py"), "--check", *names]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_answer_is_what_its_command_prints() -> None:
    found = up_to_date("cash")
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.slow
def test_all_answers_are_what_their_commands_print() -> None:
    found = up_to_date()
    assert found.returncode == 0, found.stdout + found.stderr


# ---- the site ---------------------------------------------------------------------------------


class Loaded(HTMLParser):
    """What a page makes a browser fetch, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("script", "img", "iframe", "source"):
            self.fetched += [found[name] or "" for name in ("src", "srcset") if name in found]
        if tag == "link" and found.get("rel") in (
            "stylesheet",
            "icon",
            "preload",
            "preconnect",
            "dns-prefetch",
        ):
            self.fetched.append(found.get("href") or "")
        if tag == "a" and found.get("href"):
            self.links.append(found["href"] or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    options = ["-q", "-W", "--keep-going", "-b", "html", "-c", "docs", "-d", str(folder / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *options, ".", str(folder / "html")]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr[-3000:]
    return folder / "html"


@WITHOUT
@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_fetches_nothing(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > len(sources())
    for page in pages:
        found = Loaded()
        found.feed(page.read_text(encoding="utf-8"))
        assert [each for each in found.fetched if re.match(r"(https?:)?//", each)] == [], page
        inside = [each.split("#")[0] for each in found.links if not re.match(r"[a-z]+:|#", each)]
        missing = [each for each in inside if each and not (page.parent / each).exists()]
        assert missing == [], page
    styles = "".join(each.read_text(encoding="utf-8") for each in site.rglob("*.css"))
    assert not re.search(r"url\([\"']?(https?:)?//", styles)
    assert "@import" not in styles


@WITHOUT
@pytest.mark.slow
def test_whoever_opens_the_folder_is_sent_to_the_first_page(site: Path) -> None:
    [target] = re.findall(r"url=([^\"]+)", (site / "index.html").read_text(encoding="utf-8"))
    assert "which strategy should we choose" in (site / target).read_text(encoding="utf-8")
