"""Scripts outside the package, loaded as modules."""

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def script(name: str, *place: str) -> ModuleType:
    """Load the script at a place below the project's root, under a name."""
    spec = importlib.util.spec_from_file_location(name, ROOT.joinpath(*place))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
