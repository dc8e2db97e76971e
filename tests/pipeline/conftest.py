"""A window of the browser."""

import pytest
from playwright.sync_api import Browser, Page


@pytest.fixture
def page(browser: Browser) -> Page:
    """A window that waits longer than usual: JupyterLab begins slowly on a busy machine."""
    opened = browser.new_page(viewport={"width": 1300, "height": 900})
    opened.set_default_timeout(120_000)
    return opened
