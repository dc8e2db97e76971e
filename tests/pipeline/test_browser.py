"""Nothing of a student's acts in a browser: formgrader's page, the feedback page and the class report, each opened."""

import base64
import functools
import io
import re

import pytest
from nbformat import NotebookNode, v4
from PIL import Image

from coursekit import feedback, report_page
from coursekit.problems import Problem
from coursekit.report import Mistake, Report
from coursekit.safe_html import make_inert
from coursekit.similar import Pair, Similarity
from coursekit.submitted_outputs import BringBack, set_aside
from tests.browser_canary import fired, in_formgrader

pytestmark = pytest.mark.slow


def texts() -> dict[str, str]:
    """Markdown that wants to act; JS stands for code, URL for an address. In groups that a page of its own tries."""
    js, url = "JS", "URL"
    b64 = base64.b64encode(b"<script>CANARY_data=1</script>").decode()
    return {
        "script": f"<script>{js}</script>",
        "script in a paragraph": f"Moja odpowiedź <script>{js}</script> jest dobra",
        "script from elsewhere": f"<script src='{url}'></script>",
        "script of type module": f"<script type=module>{js}</script>",
        "script in capitals": f"<ScRiPt>{js}</sCrIpT>",
        "script with a slash": f"<script/x>{js}</script/x>",
        "script in a comment": f"<!--><script>{js}</script>-->",
        "script in a title": f"<title></title><script>{js}</script>",
        "img onerror": f"<img src=x: onerror='{js}'>",
        "img onerror without blanks": f"<img/src=x:/onerror={js}>",
        "img onerror with a newline": f"<img src=x:\nonerror='{js}'>",
        "img srcset": f"<img srcset='{url}'>",
        "picture": f"![x]({url})",
        "picture by reference": f"![x][r]\n\n[r]: {url}",
        "svg onload": f"<svg onload='{js}'></svg>",
        "svg script": f"<svg><script>{js}</script></svg>",
        "svg animate": f"<svg><animate onbegin='{js}' attributeName=x dur=1s></svg>",
        "svg a": f"<svg><a xlink:href='javascript:{js}'><text>x</text></a></svg>",
        "svg use": f"<svg><use href='{url}#x'/></svg>",
        "svg image": f"<svg><image href='{url}'/></svg>",
        "svg foreignObject": f"<svg><foreignObject><img src=x: onerror='{js}'></foreignObject></svg>",
        "svg set": f"<svg><a><set attributeName=href to='javascript:{js}'/><text>x</text></a></svg>",
        "body onload": f"<body onload='{js}'>",
        "details ontoggle": f"<details open ontoggle='{js}'>x</details>",
        "input autofocus": f"<input autofocus onfocus='{js}'>",
        "video": f"<video><source onerror='{js}'></video>",
        "audio": f"<audio src='{url}' onerror='{js}'></audio>",
        "marquee": f"<marquee onstart='{js}'>x</marquee>",
        "onmouseover": f"<b onmouseover='{js}'>najedź</b>",
        "onclick": f"<p onclick='{js}'>kliknij</p>",
        "an event of the future": f"<p onpointerrawupdate='{js}'>x</p>",
        "iframe": f"<iframe src='{url}'></iframe>",
        "iframe javascript": f"<iframe src='javascript:parent.{js}'></iframe>",
        "iframe srcdoc": f"<iframe srcdoc='<script>parent.{js}</script>'></iframe>",
        "object": f"<object data='{url}'></object>",
        "embed": f"<embed src='{url}'>",
        "link": f"<link rel=stylesheet href='{url}'>",
        "base": f"<base href='{url}'><a href=x>x</a>",
        "meta refresh": f"<meta http-equiv=refresh content='0;url={url}'>",
        "style import": f"<style>@import '{url}';</style>",
        "style background": f"<div style=\"background:url('{url}')\">x</div>",
        "form": f"<form action='{url}'><input name=x></form>",
        "button": f"<form><button formaction='javascript:{js}'>x</button></form>",
        "template": f"<template><script>{js}</script></template>",
        "link javascript": f"[x](javascript:{js})",
        "link JavaScript": f"[x](JavaScript:{js})",
        "link with a blank": f"[x]( javascript:{js})",
        "link with an entity": f"[x](javascript&colon;{js})",
        "link with a number": f"[x](&#106;avascript:{js})",
        "link with a tab": f"[x](java&Tab;script:{js})",
        "link with a newline": f"[x](java&NewLine;script:{js})",
        "link in angle brackets": f"[x](<javascript:{js}>)",
        "link by reference": f"[x][r]\n\n[r]: javascript:{js}",
        "link vbscript": f"[x](vbscript:{js})",
        "link data": f"[x](data:text/html;base64,{b64})",
        "link to a file beside it": "[x](evil.html)",
        "link to formgrader": "[x](/formgrader/api/grades)",
        "link without a protocol": "[x](//canary.example/)",
        "autolink": f"<javascript:{js}>",
        "a javascript": f"<a href='javascript:{js}'>x</a>",
        "a with control characters": f"<a href='\x01java\tscript:{js}'>x</a>",
        "a that ends early": f"<a title=\"'>\" href='javascript:{js}'>x</a>",
        "a ping": f"<a href='#' ping='{url}'>x</a>",
        "area": f"<map name=m><area href='javascript:{js}'></map>",
        "title of a link": f'[x](https://h "\\"><img src=x: onerror={js}>")',
        "alt of a picture": f'![\\"><img src=x: onerror={js}>](attachment:a.png)',
        "info of a code block": f"```\"><img/src=x:/onerror={js}>\nx\n```",
        "mermaid": f"```mermaid\n</pre><img src=x: onerror={js}>\n```",
        "tag in code": f"`</code><img src=x: onerror={js}>`",
        "end of the page": f"</div></div></div></body></html><script>{js}</script>",
        "open comment": f"<!-- x\n\n<img src=x: onerror={js}>",
        "open tag": f"<img src=x: onerror='{js}' ",
        "open quote": f"<p title=\"\n\n<img src=x: onerror={js}>",
        "noscript": f"<noscript><p title=\"</noscript><img src=x: onerror={js}>\">",
        "style in math": f"<math><mtext><table><mglyph><style><!--</style><img title=\"--><img src=x: onerror={js}>\">",
        "svg in math": f"<math><mtext><svg><style></mtext><img src=x: onerror={js}></style></svg></mtext></math>",
        "select": f"<select><style></select><img src=x: onerror={js}></style>",
        "xmp": f"<xmp></xmp><img src=x: onerror={js}>",
        "textarea": f"<textarea></textarea><img src=x: onerror={js}>",
        "annotation-xml": "<math><annotation-xml encoding='text/html'>"
        f"<img src=x: onerror={js}></annotation-xml></math>",
        "maction": f"<math><maction actiontype='statusline' xlink:href='javascript:{js}'><mi>x</mi></maction></math>",
        "math href": f"<math href='javascript:{js}'><mi href='javascript:{js}'>x</mi></math>",
        "the form of an inert cell": '<div class="tex2jax_ignore mathjax_ignore" style="contain: paint; '
        f'overflow-x: auto"><img src=x: onerror={js}></div>',
        "text in a formula": f"$\\text{{<script>{js}</script>}}$",
        "text in a displayed formula": f"$$\\text{{<img/src=x:/onerror={js}>}}$$",
        "entities in a formula": f"$\\text{{&lt;img src=x: onerror={js}&gt;}}$",
        "operatorname": f"$\\operatorname{{<img/src=x:/onerror={js}>}}$",
        "href in a formula": f"$\\href{{javascript:{js}}}{{\\text{{kliknij}}}}$",
        "href behind entities": f"&#36;\\href{{javascript:{js}}}{{x}}&#36;",
        "href in a paragraph of backslashes": f"\\\\(\\href{{javascript:{js}}}{{x}}\\\\)",
        "href in code": f"x `$` \\href{{javascript:{js}}}{{x}} `$`",
        "href in an environment": f"\\begin{{align}}\\href{{javascript:{js}}}{{x}}\\end{{align}}",
        "href by a macro": f"$\\def\\a{{\\href{{javascript:{js}}}{{x}}}}\\a$",
        "class and style in a formula": f"$\\class{{score}}{{\\style{{background:url({url})}}{{x}}}}$",
        "require": "$\\require{action}\\toggle{a}{b}\\endtoggle$",
        "unicode in a formula": "$\\unicode{x3c}script\\unicode{x3e}$",
    }  # fmt: skip


LIVE = (
    "script", "script in a paragraph", "script from elsewhere", "img onerror", "img onerror with a newline", "picture",
    "picture by reference", "svg onload", "svg script", "svg a", "details ontoggle", "onmouseover", "onclick", "iframe",
    "iframe srcdoc", "style import", "style background", "link javascript", "link with an entity", "link by reference",
    "link to a file beside it", "link to formgrader", "a javascript", "end of the page",
)  # fmt: skip
LIVE_FORMULAS = ("href in a formula", "href behind entities", "href in an environment", "href by a macro")
"""Those that act, at the least, where nothing holds them."""

ATTACHMENTS = {
    "svg": {"a.png": {"image/svg+xml": "x\" onerror='JS' x=\""}},
    "value": {"a.png": {"image/png": '" onerror="JS'}},
    "kind": {"a.png": {'image/png" onerror="JS" x="': "AAAA"}},
    "html": {"a.png": {"text/html": "PHNjcmlwdD4="}},
    "name": {'a.png" onerror="JS': {"image/png": "AAAA"}},
}


@functools.cache
def png() -> str:
    file = io.BytesIO()
    Image.new("1", (2, 2)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def outputs() -> dict[str, NotebookNode]:
    """Outputs of code that want to act."""
    script = "<script>JS</script><img src=x: onerror='JS'>"
    kinds = {
        "text/html": script,
        "application/javascript": "JS",
        "image/svg+xml": "<svg onload='JS'></svg>",
        "text/markdown": script,
        "text/latex": "$\\href{javascript:JS}{x}$",
        "image/png": 'x" onerror="JS',
        "image/jpeg": 'x" onerror="JS',
        "application/vnd.jupyter.widget-view+json": {"model_id": "</script><script>JS</script>"},
        "application/pdf": "x",
        "application/vnd.plotly.v1+json": {"data": script},
        "text/plain": "</pre>" + script,
    }
    found = {kind: NotebookNode(output_type="display_data", data={kind: data}) for kind, data in kinds.items()}
    for name in ("width", "height", "alt"):
        shown = {"image/png": {name: "1 onload=JS"}, name: '" onload="JS'}
        found[f"png {name}"] = NotebookNode(output_type="display_data", data={"image/png": png()}, metadata=shown)
    named = {"filenames": {"image/png": '" onerror="JS'}}
    found["png file"] = NotebookNode(output_type="display_data", data={"image/png": png()}, metadata=named)
    isolated = {"text/html": {"isolated": True}}
    found["isolated"] = NotebookNode(output_type="display_data", data={"text/html": script}, metadata=isolated)
    found["stream"] = NotebookNode(output_type="stream", name='"><script>JS</script>', text="</pre>" + script)
    found["colours"] = NotebookNode(output_type="stream", name="stdout", text="\x1b[31m</span>" + script + "\x1b[<b>m")
    found["error"] = NotebookNode(output_type="error", ename=script, evalue=script, traceback=[script])
    for output in found.values():
        output.setdefault("metadata", {})
    return found


def armed(value: object, name: str) -> object:
    """What a payload does, filled in: sets a variable, or asks another machine."""
    number = "".join(character if character.isalnum() else "_" for character in name)
    if isinstance(value, str):
        return value.replace("JS", f"window.CANARY_{number}=1").replace("URL", f"http://canary.example/{number}")
    if isinstance(value, dict):
        return NotebookNode({armed(key, name): armed(each, name) for key, each in value.items()})
    return [armed(each, name) for each in value] if isinstance(value, list) else value


def markdown(source: str, **more: object) -> NotebookNode:
    return NotebookNode({**v4.new_markdown_cell("x"), "source": source, **more})


def cells() -> dict[str, NotebookNode]:
    """Cells of a submission, by what they try."""
    found = {name: markdown(str(armed(text, name))) for name, text in texts().items()}
    for name, files in ATTACHMENTS.items():
        link = "![x](attachment:a.png)"
        found[f"attachment {name}"] = markdown(link, attachments=armed(files, f"attachment {name}"))
    for kind in ("", "text/html", "text/latex"):
        name = f"raw {kind}"
        source = str(armed("<script>JS</script>", name))
        found[name] = v4.new_raw_cell(source, metadata={"raw_mimetype": kind} if kind else {})
    for name, output in outputs().items():
        found[f"output {name}"] = v4.new_code_cell("x", id=f"c{len(found)}")
        found[f"output {name}"].outputs = [armed(output, f"output {name}")]
    code = str(armed("'</pre><script>JS</script>'  # $\\href{javascript:JS}{x}$", "code"))
    found["code"] = v4.new_code_cell(code)
    return found


def notebook(its_cells: list[NotebookNode]) -> NotebookNode:
    nb = v4.new_notebook(metadata={"language_info": {"name": "python"}})
    nb.cells = its_cells
    return nb


def graded(nb: NotebookNode, executed: bool) -> NotebookNode:
    """The notebook after what makes it inert; its outputs as those of the execution, or as they were handed in."""
    nb = make_inert(nb, v4.new_notebook())
    set_aside(nb)
    for cell in nb.cells:
        if cell.cell_type == "code":
            if executed:
                cell.metadata.clear()
            else:
                cell.outputs = []
    BringBack().preprocess(nb, {})
    return nb


@pytest.fixture(scope="module")
def all_cells() -> dict[str, NotebookNode]:
    found = cells()
    assert len(found) > 100
    return found


@pytest.mark.parametrize("executed", [True, False], ids=["executed", "handed in"])
def test_nothing_acts_in_formgrader(browser, all_cells, executed):
    assert in_formgrader(browser, graded(notebook(list(all_cells.values())), executed)) == []


def test_no_text_acts_in_formgrader_on_a_page_of_its_own(browser, all_cells):
    """One that opens a comment could hide the others on one page."""
    acted = {
        name: done
        for name, cell in all_cells.items()
        if cell.cell_type != "code"
        and (done := in_formgrader(browser, graded(notebook([cell]), executed=True), scripts=False))
    }
    assert acted == {}


def test_texts_act_where_nothing_holds_them(browser, all_cells):
    """The control: this browser and this page do what the others forbid."""
    acted = [name for name in LIVE if in_formgrader(browser, notebook([all_cells[name]]), scripts=False)]
    assert acted == list(LIVE)


def test_formulas_act_where_nothing_holds_them(browser, all_cells):
    """And so does MathJax."""
    acted = in_formgrader(browser, notebook([all_cells[name] for name in LIVE_FORMULAS]))
    assert sorted(acted) == sorted(f"CANARY_{name.replace(' ', '_')}" for name in LIVE_FORMULAS)


def test_outputs_act_where_nothing_holds_them(browser, all_cells):
    live = ["output text/html", "output text/markdown", "output png width"]
    assert [name for name in live if in_formgrader(browser, notebook([all_cells[name]]), scripts=False)] == live


def feedback_page(nb: NotebookNode, student: str = "s") -> str:
    """The student's page of a notebook whose texts are its written answers and whose code its solutions."""
    for place, cell in enumerate(nb.cells):
        text = cell.cell_type == "markdown"
        marks = {"grade_id": f"answer_{place}", "grade": text, "solution": True, "points": 1.0, "score": 0.0}
        cell.metadata.nbgrader = NotebookNode({**marks, "waiting": False, "comment": cell.source})
    text = str(armed("<script>JS</script><img src=x: onerror='JS'>", "report"))
    check = {
        "id": "a",
        "title": text,
        "verdict": "failed",
        "points": "0",
        "maximum": "1",
        "message": text,
        "hint": text,
    }
    report = {"cell": "test_1a", "points": 0.0, "maximum": 1.0, "checks": [check]}
    marks = {"grade_id": "test_1a", "grade": True, "solution": False, "points": 1.0, "score": 0.0, "waiting": False}
    grade = v4.new_code_cell("x", metadata={"nbgrader": marks})
    grade.outputs = [NotebookNode(output_type="display_data", data={"text/html": text}, metadata={})]
    nb.cells.append(grade)
    notes = {"intake": {"notes": [text]}, "repairs": [text], "advice": [text], "reports": [report]}
    nb.metadata.coursekit = NotebookNode(notes)
    names = {"assignment": text, "student": student, "notebook": "vae"}
    page, _ = feedback.FeedbackExporter().from_notebook_node(nb, {"nbgrader": NotebookNode(names), "metadata": {}})
    return page


CSP = "<meta http-equiv"


@pytest.mark.parametrize("policy", [True, False], ids=["with its policy", "without its policy"])
@pytest.mark.parametrize("inert", [True, False], ids=["inert", "as handed in"])
def test_nothing_acts_on_the_feedback_page(browser, inert, policy):
    """Each of the layers is enough: the texts made inert, the page's own rendering, its Content-Security-Policy."""
    nb = notebook(list(cells().values()))
    page = feedback_page(graded(nb, executed=True) if inert else nb, str(armed("<script>JS</script>", "student")))
    assert page.count(CSP) == 1
    assert fired(browser, page if policy else page.replace(CSP, "<meta data-off")) == []


@functools.cache
def unescaped_feedback_page() -> str:
    """The page as it would be if it obeyed the tags that it shows."""
    return feedback_page(notebook(list(cells().values()))).replace("&lt;", "<").replace("&gt;", ">")


def test_the_feedback_page_acts_where_nothing_holds_it(browser):
    """The control."""
    acted = fired(browser, unescaped_feedback_page().replace(CSP, "<meta data-off"))
    assert len([done for done in acted if done.startswith("CANARY")]) > 10


def test_the_policy_alone_stops_scripts(browser):
    (policy,) = re.findall(f"{CSP}[^>]*>", feedback_page(notebook([])))
    names = (
        "script",
        "img onerror",
        "svg onload",
        "onclick",
        "a javascript",
        "style background",
        "script from elsewhere",
    )
    page = "<!DOCTYPE html><body>" + "".join(str(armed(texts()[name], name)) for name in names)
    assert len(fired(browser, page)) == len(names)
    assert fired(browser, policy + page) == []


def class_report() -> str:
    """A report in which names of students, reasons and code are what wants to act."""
    hostile = [str(armed(text, name)) for name, text in texts().items()]
    similar = Similarity(
        compared=2,
        left_out=dict(zip(hostile, hostile, strict=True)),
        pairs=[Pair(text, f"{text}2", 1.0, 1.0) for text in hostile],
        code={name: text for text in hostile for name in (text, f"{text}2")},
    )
    page = report_page.render(
        Report(
            assignment=hostile[0], submitted=1, graded=1, damaged=similar.left_out, maximum=5, bonus_maximum=2,
            totals=[], checks=[], mistakes=[Mistake(tuple(hostile[:4]), 0.5, tuple(hostile))],
            mended=0, seconds=[], similar=similar,
            problems=[Problem(text, text, (text,)) for text in hostile],
        )
    )  # fmt: skip
    assert page.count("CANARY") > 8 * len(hostile)
    return page


@pytest.mark.parametrize("policy", [True, False], ids=["with its policy", "without its policy"])
def test_nothing_acts_in_the_class_report(browser, policy):
    page = class_report()
    assert fired(browser, page if policy else page.replace(CSP, "<meta data-off")) == []


def test_the_class_report_acts_where_nothing_holds_it(browser):
    """The control."""
    page = class_report().replace("&lt;", "<").replace("&gt;", ">").replace(CSP, "<meta data-off")
    assert len([done for done in fired(browser, page) if done.startswith("CANARY")]) > 3
