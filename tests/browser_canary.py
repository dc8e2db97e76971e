"""Whether a page does anything but be read: opened in a browser that notes what it does."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import jupyter_server_mathjax
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbgrader.server_extensions.formgrader import handlers
from playwright.sync_api import Browser, Page, Route
from traitlets.config import Config

MATHJAX = Path(jupyter_server_mathjax.__file__).with_name("static")
STATIC = Path(handlers.static_path)

PAGE = "http://canary.test/formgrader/submissions/1/"
"""Where a page stands that is given as HTML."""
TRY_ALL = """
async area => {
  const parts = [...document.querySelectorAll(area)].flatMap(each => [each, ...each.querySelectorAll('*')]);
  for (const part of parts) {
    for (const {name} of [...part.attributes]) {
      if (name.startsWith('on')) part.dispatchEvent(new Event(name.slice(2), {bubbles: true}));
    }
    const link = part.getAttribute('href') ?? part.getAttribute('xlink:href') ?? part.getAttribute('formaction');
    if (link !== null && !/^(https?:|mailto:|#)/i.test(link)) {
      part.setAttribute('target', '_self');
      part.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
    }
    if (part.tagName === 'FORM') part.requestSubmit();
    if (part.tagName === 'BUTTON') part.click();
  }
  await new Promise(done => setTimeout(done, 150));
}
"""
"""Fires every event that something in the area listens to, follows links, but none to another site, sends forms."""


def fired(
    browser: Browser,
    page: str,
    answer: Callable[[str, str], bytes | None] = lambda method, url: None,
    area: str = "body",
    ready: str = "true",
) -> list[str]:
    """What a page has done: variables whose name begins with CANARY, dialogs, and requests.

    page: its address, which is asked of the network, or HTML; answer: what a request, by method and address, gets that
    the page may make, None for one that it may not; area: a selector of what is tried; ready: JavaScript that is true
    when the page is as a person sees it.
    """
    told: list[str] = []
    address = page if page.startswith(("http:", "https:", "file:")) else PAGE

    def serve(route: Route) -> None:
        asked = route.request
        content = answer(asked.method, asked.url)
        if asked.url == address and asked.is_navigation_request() and asked.method == "GET":
            if page == address:
                route.continue_()
            else:
                route.fulfill(body=page, content_type="text/html; charset=utf-8")
        elif content is not None:
            route.fulfill(body=content)
        else:
            told.append(f"request: {asked.method} {asked.url}")
            route.fulfill(status=204)  # nothing comes, and the page stays where it is

    context = browser.new_context()
    try:
        context.route("**/*", serve)
        context.on("dialog", lambda dialog: (told.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        tab = context.new_page()
        tab.goto(address, wait_until="load")
        wait_until(tab, ready)
        tab.evaluate(TRY_ALL, area)
        for each in context.pages:
            for frame in each.frames:
                told += frame.evaluate("Object.keys(window).filter(name => name.startsWith('CANARY'))")
    finally:
        context.close()
    return told


def formgrader(nb: NotebookNode) -> str:
    """The page of a submission, by formgrader's own template."""
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    config.HTMLExporter.filters = {"highlight_code": "coursekit.safe_html.highlighted"}
    resources = {"base_url": "", "submission_id": "1", "assignment_id": "vae", "notebook_id": "vae", "index": 0}
    more = {"total": 1, "student": "s", "last_name": None, "first_name": None, "notebook_path": "x"}
    page, _ = HTMLExporter(config=config).from_notebook_node(nb, resources=resources | more)
    return page


def answer(method: str, url: str) -> bytes | None:
    """Formgrader's own files, the empty lists of its interface, and MathJax in the place of a library elsewhere.

    It is a MathJax without the extension Safe, which would stop `javascript:`.
    """
    place = urlsplit(url)
    if place.netloc == "cdnjs.cloudflare.com" and place.path.endswith("latest.js"):
        return (
            b"document.write('<script src=\"https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/MathJax.js"
            b"?config=TeX-AMS-MML_HTMLorMML-full\"><\\/script>')"
        )
    _, _, name = place.path.partition("/mathjax/2.7.7/" if "mathjax" in place.path else "/formgrader/static/")
    file = (MATHJAX if "mathjax" in place.path else STATIC) / name
    if method == "GET" and name and file.is_file() and ".." not in name:
        return file.read_bytes()
    if method == "GET" and (place.path.startswith("/formgrader/api/") and "submission_id=" in place.query):
        return b"[]"
    return b"" if "mathjax" in place.path or place.path.startswith("/formgrader/static/") else None


READY = "!window.MathJax || (MathJax.Hub && MathJax.Hub.queue.pending === 0 && MathJax.isReady)"
AREA = "#notebook-container"


def in_formgrader(browser: Browser, nb: NotebookNode, scripts: bool = True) -> list[str]:
    """scripts: whether formgrader's own and MathJax are there; a page without is opened sooner."""
    page = formgrader(nb)
    if scripts:
        return fired(browser, page, answer, AREA, READY)
    return fired(browser, re.sub(r'<script src="[^"]*(formgrader|mathjax)[^>]*>', "<script>", page), answer, AREA)


def wait_until(page: Page, expression: str, seconds: float = 30) -> None:
    """Wait until a JavaScript expression is true, also where the page's policy forbids Playwright's own waiting, which
    evaluates text inside of it; raises TimeoutError."""
    until = time.monotonic() + seconds
    while not page.evaluate(expression):
        if time.monotonic() > until:
            raise TimeoutError(f"after {seconds} s this is not true: {expression}")
        page.wait_for_timeout(50)
