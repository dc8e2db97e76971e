"""A report of checks as a person reads it (Polish)."""

from typing import Any

import jinja2

from .verdict import PASSED

_HTML = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<div class="coursekit-report">
<style>
.coursekit-report { max-width: 46rem; }
.coursekit-report .failed { border-left: .3rem solid #b3261e; padding: .1rem 0 .1rem 1rem; margin: 1rem 0; }
.coursekit-report .failed h4 { margin: 0 0 .4rem; font-size: 1em; }
.coursekit-report .failed p { margin: .3rem 0; }
.coursekit-report img { max-width: 100%; background: #fff; }
.coursekit-report ul { list-style: none; padding-left: 1rem; margin: .4rem 0; }
.coursekit-report .points { white-space: nowrap; }
</style>
<p><strong>Punkty: {{ points }} z {{ maximum }}</strong></p>
{% for r in failed %}
<section class="failed" id="check-{{ r.id }}">
<h4>✗ {{ r.title }} <span class="points">(0 z {{ r.maximum|replace(".", ",") }} pkt)</span></h4>
{% for line in r.message.splitlines() %}
<p>{{ line }}</p>
{% endfor %}
{% if r.figure %}
<p><img src="{{ r.figure.uri }}" alt="{{ r.figure.alt }}"></p>
{% endif %}
{% if r.hint %}
<p><em>Wskazówka: {{ r.hint }}</em></p>
{% endif %}
</section>
{% endfor %}
{% if passed %}
<p>{{ "Zaliczone" if failed else "Wszystko zaliczone" }}:</p>
<ul>
{% for r in passed %}
<li>✓ {{ r.title }} <span class="points">({{ r.maximum|replace(".", ",") }} pkt)</span></li>
{% endfor %}
</ul>
{% endif %}
</div>
""")


def as_html(report: dict[str, Any]) -> str:
    """A report, as `Report.as_dict` has it, what did not pass first: title, points, message, figure and hint."""
    return _HTML.render(
        points=polish_number(report["points"]),
        maximum=polish_number(report["maximum"]),
        failed=[check for check in report["checks"] if check["verdict"] != PASSED],
        passed=[check for check in report["checks"] if check["verdict"] == PASSED],
    )


def as_text(report: dict[str, Any]) -> str:
    """The same as plain text, without figures."""
    lines = [f"Punkty: {polish_number(report['points'])} z {polish_number(report['maximum'])}"]
    for check in report["checks"]:
        lines.append(f"{'✓' if check['verdict'] == PASSED else '✗'} {check['title']}")
        lines += [f"    {line}" for text in (check["message"], check["hint"]) for line in text.splitlines()]
    return "\n".join(lines)


def polish_number(value: float) -> str:
    """A number of points as Polish writes it: no needless zeros, decimal comma."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
