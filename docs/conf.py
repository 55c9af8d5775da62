"""How `make site` builds the pages of this folder: offline, without fonts or scripts from the network."""

from __future__ import annotations

from importlib.metadata import version as version_of
from typing import Any

from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

project = "funnelsim"
author = "The funnelsim authors"
copyright = author
release = version_of("funnelsim")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
# Pages link to each other from folder to folder: the whole repository is the source, and these are its pages.
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md", "experiments/**.md", "benchmarks/*.md"]
exclude_patterns = [".*", "site", "demo", "src", "tests", "notebooks"]
source_suffix = {".md": "markdown"}
nitpicky = False

myst_heading_anchors = 4
myst_links_external_new_tab = False

autodoc_typehints = "none"  # the docstrings say what comes and goes
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "undoc-members": False}
napoleon_google_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = "funnelsim"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["scrolling.js"]
html_extra_path = ["_root"]  # whoever opens the folder is sent to docs/index.html
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072B2", "color-brand-content": "#0072B2"},
    "dark_css_variables": {"color-brand-primary": "#56B4E9", "color-brand-content": "#56B4E9"},
}


class Translator(HTML5Translator):
    """Write pages as Sphinx does, and say of each heading of the menu which level it has."""

    def starttag(self, node: Any, tagname: str, *more: Any, **attributes: Any) -> str:
        """Open an element."""
        if attributes.get("ROLE") == "heading":
            attributes["aria-level"] = "2"
        return super().starttag(node, tagname, *more, **attributes)


def setup(app: Sphinx) -> None:
    """Write pages that a screen reader can follow."""
    app.set_translator("html", Translator)
