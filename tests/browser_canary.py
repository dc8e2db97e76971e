"""Whether a page does anything but be read: opened in a browser that notes what it does."""

from collections.abc import Callable

from playwright.sync_api import Browser, Route

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
        tab.wait_for_function(ready)
        tab.evaluate(TRY_ALL, area)
        for each in context.pages:
            for frame in each.frames:
                told += frame.evaluate("Object.keys(window).filter(name => name.startsWith('CANARY'))")
    finally:
        context.close()
    return told
