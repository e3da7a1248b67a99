"""How the documentation is built: `make docs`. Nothing in it is loaded from elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent / "_site"))

project = "Corridor"
language = "en"
extensions = ["myst_parser", "corridor_site"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_site"]
# Headings get the anchors that a reader of the Markdown on a code host has.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
myst_fence_as_directive = ["math"]
myst_links_external_new_tab = False
# A block that is no language keeps its words.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = "Corridor"
html_static_path = ["_site/static"]
html_css_files = ["corridor.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_math_renderer = "mathml"
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#1f4b8e",
        "color-brand-content": "#1f4b8e",
        "font-stack": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
    },
    "dark_css_variables": {"color-brand-primary": "#8fb4ee", "color-brand-content": "#8fb4ee"},
    "footer_icons": [],
}


def setup(app: Sphinx) -> None:
    """Nothing beyond the extension."""
