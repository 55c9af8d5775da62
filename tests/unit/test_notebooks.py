"""The notebooks run from the first cell to the last, and moving a slider moves the forecast."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

WHY = "the notebooks need the extra: pip install '.[notebook]'"
nbformat = pytest.importorskip("nbformat", reason=WHY)
nbclient = pytest.importorskip("nbclient", reason=WHY)
pytest.importorskip("ipywidgets", reason=WHY)
pytest.importorskip("ipykernel", reason=WHY)

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
FEW = 4  # simulated years, whatever a notebook asks for
LARGEST = 50_000  # bytes: notebooks are kept without outputs


def run(path: Path, folder: Path, *more: str) -> Any:
    """Run a notebook in a folder with few simulated years, and some cells more."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = re.sub(r"^YEARS = \d+", f"YEARS = {FEW}", cell.source, flags=re.MULTILINE)
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in more]
    notebook.metadata.kernelspec.name = "python3"
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}})
    client.create_kernel_manager()
    client.km.kernel_spec.argv[0] = sys.executable  # this very Python, whatever else is installed
    client.execute()
    return notebook


@pytest.fixture(autouse=True)
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let kernels compile, also where this process does not: their lines are not counted anyway."""
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)


def printed(cell: Any) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def test_there_are_notebooks_and_they_are_small() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "build_your_funnel",
        "from_your_crm",
        "subscription_software",
        "what_if",
    ]
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        assert path.stat().st_size < LARGEST
        assert all(not cell.get("outputs") for cell in notebook.cells), (
            f"{path.name} holds outputs: clear them"
        )


def named(name: str) -> Path:
    return next(path for path in NOTEBOOKS if path.stem == name)


def answer_of(notebook: Any) -> str:
    """Return the words with which a notebook ends."""
    [output] = notebook.cells[-1].outputs
    return str(output["data"]["text/markdown"])


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in NOTEBOOKS])
def test_a_notebook_opens_with_its_question(path: Path) -> None:
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "?" in first.source


def test_what_if_follows_its_levers_and_ends_with_the_answer(tmp_path: Path) -> None:
    path = named("what_if")
    notebook = run(
        path,
        tmp_path,
        "print(change)",
        "print(explored.changes, explored.wait().years)",
    )
    change, afterwards = map(printed, notebook.cells[-2:])
    assert "'one_more_rep': {'change': {'teams.sales.people': 4}}" in change
    assert "'channels.advertising.cost_per_month': 18000.0" in change
    assert afterwards == f"{{}} {FEW}\n"  # at today, for whoever moves them next
    texts = [str(cell.get("outputs")) for cell in notebook.cells]
    assert any("application/vnd.jupyter.widget-view+json" in text for text in texts)
    assert any("image/png" in text for text in texts)
    del notebook.cells[-2:]
    assert f"{FEW} simulated years are too few to tell strategies apart" in answer_of(notebook)


def test_from_your_crm_finds_the_truth_again_and_forecasts_the_quarter(tmp_path: Path) -> None:
    notebook = run(
        named("from_your_crm"),
        tmp_path,
        "print(((table['95 %, from'] <= pd.Series(truth)) & (pd.Series(truth) <= table['to'])).sum())\n"
        "print(len(quarter.total), int((export['Status'] == 'Open').sum()), len(snapshot.open))",
    )
    told = notebook.cells.pop()
    held, counts = printed(told).splitlines()
    assert int(held) >= 3  # of four intervals of 95 %
    years, still_open, in_snapshot = map(int, counts.split())
    assert (years, still_open) == (FEW, in_snapshot)
    imported = "".join(printed(cell) for cell in notebook.cells if cell.cell_type == "code")
    assert "Rows repaired or left out: 0" in imported
    assert "The quarter brings about" in answer_of(notebook)


def test_subscription_software_says_what_a_customer_is_worth(tmp_path: Path) -> None:
    notebook = run(
        named("subscription_software"),
        tmp_path,
        "print(f\"{today.summary['mean']['lifetime_value'] / 1000:,.0f}\", comparison.best)",
    )
    worth, best = printed(notebook.cells.pop()).split()
    answer = answer_of(notebook)
    assert f"worth about {worth} thousand dollars" in answer
    assert (best.replace("_", " ") if best != "None" else "cannot be told") in answer


def test_build_your_funnel_comes_to_a_decision(tmp_path: Path) -> None:
    path = named("build_your_funnel")
    notebook = run(path, tmp_path)
    told = "".join(printed(cell) for cell in notebook.cells if cell.cell_type == "code")
    assert 'channel is not a key here; did you mean "channels"?' in told
    shown = "".join(str(cell.get("outputs")) for cell in notebook.cells)
    assert f"{2 * FEW} simulated years" in shown
    assert " as typed" in shown
    assert "['second_rep', 'more_visitors']" in told
    assert "both together" in answer_of(notebook)
    kept = (tmp_path / "my_funnel.toml").read_text(encoding="utf-8")
    assert "[strategies.second_rep]" in kept
    (tmp_path / "my_funnel.toml").write_text(f"{kept}# mine\n", encoding="utf-8")
    run(path, tmp_path)
    assert (tmp_path / "my_funnel.toml").read_text(encoding="utf-8").endswith("# mine\n")
