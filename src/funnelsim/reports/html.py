"""Pages for a browser: one file that needs nothing else."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top;
  overflow-wrap: anywhere; }
figure { display: inline-block; margin: .5rem; max-width: 28rem; background: #fff; }
svg { width: 100%; height: auto; }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """Return a whole page of parts that are HTML already."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        f"<h1>{html.escape(title)}</h1>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def heading(text: str) -> str:
    """Write a heading.

    >>> heading("a < b")
    '<h2>a &lt; b</h2>'
    """
    return f"<h2>{html.escape(text)}</h2>"


def paragraph(text: str) -> str:
    """Write a paragraph."""
    return f"<p>{html.escape(text)}</p>"


def bullets(lines: Iterable[str]) -> str:
    """Write a list."""
    return "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in lines) + "</ul>"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table of texts."""
    head = "".join(f"<th>{html.escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def figure(svg: str) -> str:
    """Show a picture."""
    return f"<figure>{svg}</figure>"
