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
    assert [path.name for path in NOTEBOOKS] == ["build_your_funnel.ipynb", "what_if.ipynb"]
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        assert path.stat().st_size < LARGEST
        assert all(not cell.get("outputs") for cell in notebook.cells), (
            f"{path.name} holds outputs: clear them"
        )


def test_what_if_follows_its_levers_and_ends_with_the_answer(tmp_path: Path) -> None:
    path = next(path for path in NOTEBOOKS if path.stem == "what_if")
    notebook = run(
        path,
        tmp_path,
        "print({name: result.years for name, result in tried.items()})",
        "print(change)",
        "explored.reset(); print(explored.changes, explored.wait().years)",
    )
    years, change, reset = map(printed, notebook.cells[-3:])
    assert years == f"{{'one_more_rep': {FEW}, 'more_advertising': {FEW}}}\n"
    assert "'one_more_rep': {'change': {'teams.sales.people': 4}}" in change
    assert "'channels.advertising.cost_per_month': 18000.0" in change
    assert reset == f"{{}} {FEW}\n"
    texts = [str(cell.get("outputs")) for cell in notebook.cells]
    assert any("application/vnd.jupyter.widget-view+json" in text for text in texts)
    assert any("image/png" in text for text in texts)
    assert printed(notebook.cells[-4]).startswith(f"{FEW} simulated years cannot tell strategies apart")


def test_build_your_funnel_comes_to_a_decision(tmp_path: Path) -> None:
    path = next(path for path in NOTEBOOKS if path.stem == "build_your_funnel")
    notebook = run(path, tmp_path)
    told = "".join(printed(cell) for cell in notebook.cells if cell.cell_type == "code")
    assert 'channel is not a key here; did you mean "channels"?' in told
    assert "simulated years" in told
    assert " as typed" in told
    assert "['second_rep', 'more_visitors']" in told
    kept = (tmp_path / "my_funnel.toml").read_text(encoding="utf-8")
    assert "[strategies.second_rep]" in kept
    (tmp_path / "my_funnel.toml").write_text(f"{kept}# mine\n", encoding="utf-8")
    run(path, tmp_path)
    assert (tmp_path / "my_funnel.toml").read_text(encoding="utf-8").endswith("# mine\n")
