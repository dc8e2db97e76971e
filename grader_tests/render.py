"""A report of checks as a person reads it (Polish)."""

import jinja2

from .verdict import PASSED, Report

_HTML = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<div class="coursekit-report">
<style>
.coursekit-report th, .coursekit-report td { text-align: left; vertical-align: top; padding: .3em 1em .3em 0; }
.coursekit-report .whole { white-space: nowrap; }
</style>
<p><strong>Punkty: {{ points }} z {{ maximum }}</strong></p>
<table>
<thead><tr><th scope="col">Sprawdzenie</th><th scope="col">Wynik</th><th scope="col">Punkty</th></tr></thead>
<tbody>
{% for r in results %}
<tr><td>{{ r.title }}
{% if r.message %}<br>{{ r.message }}{% endif %}
{% if r.hint %}<br><em>Wskazówka: {{ r.hint }}</em>{% endif %}</td>
<td class="whole">{{ "✓ zaliczone" if r.verdict == passed else "✗ niezaliczone" }}</td>
<td class="whole">{{ r.points|replace(".", ",") }} / {{ r.maximum|replace(".", ",") }}</td></tr>
{% endfor %}
</tbody></table></div>
""")


def as_html(report: Report) -> str:
    """The report as a table: title, verdict and points per check; message and hint where one did not pass."""
    return _HTML.render(
        points=polish_number(report.points),
        maximum=polish_number(report.maximum),
        results=report.results,
        passed=PASSED,
    )


def as_text(report: Report) -> str:
    """The same as plain text, a line per check."""
    lines = [f"Punkty: {polish_number(report.points)} z {polish_number(report.maximum)}"]
    for result in report.results:
        lines.append(f"{'✓' if result.verdict == PASSED else '✗'} {result.title}")
        lines += [f"    {text}" for text in (result.message, result.hint) if text]
    return "\n".join(lines)


def polish_number(value: float) -> str:
    """A number of points as Polish writes it: no needless zeros, decimal comma."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
