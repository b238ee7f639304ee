"""Makes the Word templates of the committee's cover anew: documents/templates/cover.{da,en}.docx.

They are ordinary Word files; this is only how the first ones came about.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Open
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

FOLDER = Path(__file__).parent.parent / "documents" / "templates"

WIDTH, NARROW = Cm(16), Cm(2.6)
"""What is printed on of an A4 page, and how much of it a column of figures takes."""

Words = dict[str, Any]

DA: Words = {
    "language": "da-DK",
    "draft": "UDKAST – ikke frigivet",
    "case": "Indstilling til udvalget",
    "recommend": "Indstilling",
    "recommended": "Forvaltningen indstiller, at udvalget tager {{ title }} {{ year }} til efterretning.",
    "facts": "Sagsfremstilling",
    "counted": "{{ total }} enheder skulle svare på {{ title }} {{ year }}. {{ dated }}",
    "outcome": ("Udfald", "Enheder"),
    "written": "Områdernes sammenfatninger",
    "unwritten": "Endnu ikke skrevet.",
    "nil": "Intet at bemærke.",
    "missing": "Disse enheder har ikke svaret:",
    "status": "Status på mål",
    "goals": ("Mål", "Grøn", "Gul", "Rød"),
    "money": "Økonomi",
    "moneyed": "Tallene er medianen i hvert område; hvor færre end fem har svaret, vises intet.",
    "figures": ("Område", "Har svaret", "Median"),
    "hidden": "skjult",
    "forward": "Videre proces",
    "forwarded": "[Sekretariatet skriver, hvad der sker efter udvalgets behandling.]",
    "every": "Alle enheder",
    "units": ("Enhed", "Udfald", "Status på mål"),
    "annex": "Bilag: {{ title }} {{ year }}{% if version %}, udgave {{ version }}{% endif %}.",
}
EN: Words = {
    "language": "en-GB",
    "draft": "DRAFT – not released",
    "case": "Recommendation to the committee",
    "recommend": "Recommendation",
    "recommended": "The administration recommends that the committee takes note of {{ title }} {{ year }}.",
    "facts": "The matter",
    "counted": "{{ total }} units were to answer {{ title }} {{ year }}. {{ dated }}",
    "outcome": ("Outcome", "Units"),
    "written": "Summaries of the areas",
    "unwritten": "Not written yet.",
    "nil": "Nothing to report.",
    "missing": "These units have not answered:",
    "status": "Status of goals",
    "goals": ("Goal", "Green", "Yellow", "Red"),
    "money": "Finances",
    "moneyed": "The figures are the median of each area; hidden where fewer than five have answered.",
    "figures": ("Area", "Answered", "Median"),
    "hidden": "hidden",
    "forward": "What follows",
    "forwarded": "[The secretariat writes what happens after the committee's meeting.]",
    "every": "Every unit",
    "units": ("Unit", "Outcome", "Status of goals"),
    "annex": "Annex: {{ title }} {{ year }}{% if version %}, version {{ version }}{% endif %}.",
}


def made(words: Words) -> Open:
    """One cover."""
    document = Document()
    _style(document)
    document.core_properties.title, document.core_properties.language = words["case"], words["language"]
    document.core_properties.author = ""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = (section.page_width - WIDTH) // 2
    section.header.paragraphs[0].text = (
        "{{ municipality }}   {% if draft %}" + words["draft"] + "   {% endif %}{{ mark }}"
    )
    document.add_heading("{{ title }} {{ year }}", 0)
    document.add_paragraph(words["case"])
    document.add_heading(words["recommend"], 1)
    document.add_paragraph(words["recommended"])
    document.add_heading(words["facts"], 1)
    document.add_paragraph(words["counted"])
    _table(document, words["outcome"], "one in counts", ("{{ one.name }}", "{{ one.count }}"))
    document.add_paragraph("{%p if goals %}")
    document.add_heading(words["status"], 2)
    _table(
        document,
        words["goals"],
        "goal in goals",
        (
            "{% if goal.code %}{{ goal.code }}. {% endif %}{{ goal.title }}",
            "{{ goal.green }}",
            "{{ goal.yellow }}",
            "{{ goal.red }}",
        ),
    )
    document.add_paragraph("{%p for goal in goals if goal.chart %}")
    document.add_heading("{% if goal.code %}{{ goal.code }}. {% endif %}{{ goal.title }}", 3)
    document.add_paragraph("{{ goal.chart }}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endif %}")
    _written(document, words)
    document.add_paragraph("{%p if missing %}")
    document.add_paragraph(words["missing"] + " {{ missing|join(', ') }}.")
    document.add_paragraph("{%p endif %}")
    document.add_heading(words["money"], 1)
    document.add_paragraph(words["moneyed"])
    document.add_paragraph("{%p for figure in figures %}")
    document.add_heading("{{ figure.title }}", 2)
    document.add_paragraph("{%p if figure.chart %}")
    document.add_paragraph("{{ figure.chart }}")
    document.add_paragraph("{%p endif %}")
    middle = "{{ row.middle or '" + words["hidden"] + "' }}"
    _table(document, words["figures"], "row in figure.rows", ("{{ row.name }}", "{{ row.count }}", middle))
    document.add_paragraph("{%p endfor %}")
    document.add_heading(words["forward"], 1)
    document.add_paragraph(words["forwarded"])
    document.add_paragraph(words["annex"])
    _units(document, words)
    return document


def _style(document: Open) -> None:
    document.styles["Normal"].font.name, document.styles["Normal"].font.size = "Arial", Pt(10.5)
    for name in ("Title", "Heading 1", "Heading 2", "Heading 3"):
        font = document.styles[name].font
        _without_theme(document.styles[name].element)
        font.name, font.color.rgb = "Arial", RGBColor(0x22, 0x36, 0x4D)


def _written(document: Open, words: Words) -> None:
    document.add_heading(words["written"], 2)
    document.add_paragraph("{%p for part in written %}")
    document.add_heading("{{ part.title }}", 3)
    document.add_paragraph("{%p if part.state == 'unwritten' %}")
    document.add_paragraph(words["unwritten"])
    document.add_paragraph("{%p elif not part.answers %}")
    document.add_paragraph(words["nil"])
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p for answer in part.answers %}")
    document.add_paragraph(
        "{{ answer.label }}: {% if answer.name %}{{ answer.name }}. {% endif %}{{ answer.text }}"
    )
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endfor %}")


def _without_theme(style: Any) -> None:
    """Word prefers the theme's font to the one that is named."""
    fonts = style.rPr.rFonts
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)


def _units(document: Open, words: Words) -> None:
    """Every unit as answered, nil, late or missing, place by place."""
    document.add_heading(words["every"], 1)
    document.add_paragraph("{%p for branch in branches if branch.units %}")
    document.add_heading("{{ branch.name }}", 2)
    lights = (
        "{% for light in unit.lights %}{% if light %}{{ branch.codes[loop.index0] }} {{ light|join('/') }}"
        "{% if not loop.last %}, {% endif %}{% endif %}{% endfor %}"
    )
    cells = ("{{ unit.name }}", "{{ unit.outcome_name }}", lights)
    _table(document, words["units"], "unit in branch.units", cells, (Cm(5), Cm(4), WIDTH - Cm(9)))
    document.add_paragraph("{%p endfor %}")


def _table(
    document: Open, heading: Sequence[str], loop: str, cells: Sequence[str], given: Sequence[int] = ()
) -> None:
    """Across the page: columns as wide as `given`; else figures beside a first column with the rest."""
    table = document.add_table(rows=4, cols=len(heading), style="Light Grid Accent 1")
    table.autofit = False
    others = len(heading) - 1
    widths = given or (WIDTH - others * NARROW, *(NARROW for _ in range(others)))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = column.width
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, words in zip(table.rows[0].cells, heading, strict=True):
        cell.text = words
    table.rows[1].cells[0].text = "{%tr for " + loop + " %}"
    for cell, words in zip(table.rows[2].cells, cells, strict=True):
        cell.text = words
    table.rows[3].cells[0].text = "{%tr endfor %}"
    if not given:
        for cell in (cell for row in (table.rows[0], table.rows[2]) for cell in row.cells[1:]):
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


if __name__ == "__main__":
    made(DA).save(str(FOLDER / "cover.da.docx"))
    made(EN).save(str(FOLDER / "cover.en.docx"))
