"""What a result was made with: versions and platform, so that others can reproduce it."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version

_NUMERIC = ("numpy", "numba", "scipy", "pandas")  # packages that figures can depend on


def versions() -> dict[str, str]:
    """Return the versions of funnelsim, Python and the numerical libraries.

    Examples
    --------
    >>> sorted(versions())
    ['funnelsim', 'numba', 'numpy', 'pandas', 'python', 'scipy']
    """
    found = {name: version(name) for name in ("funnelsim", *_NUMERIC)}
    return found | {"python": platform.python_version()}


def this_platform() -> str:
    """Return system, processor and C library: the last bit of a logarithm can depend on them.

    Examples
    --------
    >>> platform.machine() in this_platform()
    True
    """
    library = " ".join(filter(None, platform.libc_ver())) if sys.platform == "linux" else platform.release()
    return ", ".join(filter(None, (platform.system(), platform.machine(), library)))
