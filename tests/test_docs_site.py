"""The documentation builds without a broken link, asks for nothing from the network, and names every check."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from coursekit.data import ROOT
from grader_tests.session import cells, list_checks

FOLLOWED_BY_HAND = {"a", "form"}
"""Elements whose addresses a browser opens only when it is told to."""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, built as `make docs` does: any warning ends it."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


class Requests(HTMLParser):
    """Addresses that a browser asks for when it opens a page, in ``found``."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in FOLLOWED_BY_HAND:
            self.found += [value or "" for name, value in attrs if name in ("href", "src", "srcset", "data", "poster")]


def test_every_page_is_there(site):
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert pages <= {path.stem for path in site.glob("*.html")}


def test_no_page_asks_another_host(site):
    asked = {address for page in site.rglob("*.html") for address in Requests(page.read_text()).found}
    assert [address for address in asked if urlsplit(address).netloc] == []


def test_no_style_asks_another_host(site):
    asked = {
        address for style in site.rglob("*.css") for address in re.findall(r"(?:url\(|@import)[^)]*", style.read_text())
    }
    assert [address for address in asked if "//" in address and "data:" not in address] == []


def test_student_guide_explains_every_check():
    explained = re.findall(r"^\| (.+?) \| (\d,\d\d) \| .+ \|$", (ROOT / "docs" / "student-guide.md").read_text(), re.M)
    checks = [check.kwargs for cell in cells() for check in list_checks(cell)]
    assert explained == [(check["title"], check["points"].replace(".", ",")) for check in checks]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_outside_the_site_lead_to_files(name):
    links = re.findall(r"\]\(([^)\s#]+)", (ROOT / name).read_text())
    assert [link for link in links if not urlsplit(link).netloc and not (ROOT / link).exists()] == []
