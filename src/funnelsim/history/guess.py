"""Propose a mapping from the headers of files and some rows, to be read by a person before it is used."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from funnelsim.history.mapping import mapping_from
from funnelsim.history.reading.export import FORMS, fitted
from funnelsim.history.reading.forms import Sample
from funnelsim.history.reading.sources import Source, look_at
from funnelsim.io.progress import Progress, silent
from funnelsim.io.toml import toml_text
from funnelsim.io.writing import UnusableError

_ROWS = 2000  # that tell which stages and statuses there are

_ADVICE = """\
# Proposed from the header and the first rows. Please check:
# - time_zone: of the firm; times_in = "UTC" where the file's times without an offset are of another zone
# - stages: those of the sale, first to last; say in [status] what every other status means
# - never_changes: which of channel, segment, value and rep are never overwritten later; what is not listed is
#   known as of the export only, and is not used for any time before
# - final_when_closed: which are final when a deal is won or lost, such as value
"""


def guess_mapping(files: Sequence[Path], progress: Progress = silent) -> str:
    """Propose a mapping of files, as TOML ready to be saved.

    Parameters
    ----------
    files : sequence of path
    progress : callable
        Looking at the files is a step of it.

    Raises
    ------
    UnusableError
        If the files are of no form that is known; with their columns.
    OSError
        If a file cannot be read.
    """
    samples = [_sample(source) for source in look_at(files, progress)]
    for form in reversed(FORMS.values()):  # those of one system before those of any
        document = form.guess(samples)
        if document is not None:
            fitted(mapping_from(document))
            return _ADVICE + toml_text(document)
    listed = "; ".join(f"{each.name} has {', '.join(each.header)}" for each in samples)
    raise UnusableError(
        f"no column is known as that of a deal's name and its dates ({listed}); "
        "write the mapping by hand, as docs/import.md shows"
    )


def _sample(source: Source) -> Sample:
    rows = [cells for _, cells in islice(source.rows(silent), _ROWS)]
    return Sample(source.path.name, source.header, rows)
