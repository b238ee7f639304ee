"""A second look at a PDF: the clauses of PDF/A-2, PDF/A-3 (level A) and PDF/UA-1 that break most often.

Read with pypdf and fontTools, without a line of the programs that write and seal our documents. Each fault
begins with its clause: "A 6.x" of ISO 19005-2/-3, "UA 7.x" of ISO 14289-1.
"""

import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ContentStream,
    DictionaryObject,
    IndirectObject,
    StreamObject,
)

PDFA, PDFUA = "{http://www.aiim.org/pdfa/ns/id/}", "{http://www.aiim.org/pdfua/ns/id/}"
RDF, DC = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}", "{http://purl.org/dc/elements/1.1/}"
FORBIDDEN = ("/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData")
TYPES = """
Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6
L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Figure
Formula Form"""
STANDARD = set(TYPES.split())
PAINTING = {b"Tj", b"TJ", b"'", b'"', b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"sh", b"Do"}
LONGEST_STRING = 32_767


def faults(pdf: bytes, *, files: bool = False) -> list[str]:
    """What a reader of archives or a screen reader would stumble over. `files`: attached ones are meant."""
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.root_object
    objects = list(_objects(reader))
    return [
        *_file(pdf, reader, root, objects),
        *_metadata(reader, root, "3" if files else "2"),
        *_fonts(objects),
        *_attached(root, objects, files=files),
        *_annotations(reader, root),
        *_structure(root),
        *(fault for number, page in enumerate(reader.pages, 1) for fault in _marked(reader, number, page)),
    ]


def _yes(value: Any) -> bool:
    """What a PDF calls true; the library's false is an object, and counts as true."""
    return value == BooleanObject(True)


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Everything that can be reached from the catalogue, each once."""
    seen: set[int] = set()
    waiting: list[Any] = [reader.root_object]
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            if one.idnum in seen:
                continue
            seen.add(one.idnum)
            one = one.get_object()
        yield one
        if isinstance(one, DictionaryObject):
            waiting += [one.raw_get(key) for key in one]
        elif isinstance(one, ArrayObject):
            waiting += list(one)


def _file(pdf: bytes, reader: PdfReader, root: Any, objects: list[Any]) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7]\s+%[\x80-\xff]{4}", pdf):
        yield "A 6.1.2: the header is not that of a binary PDF 1.x"
    if "/Encrypt" in reader.trailer or not reader.trailer.get("/ID"):
        yield "A 6.1.3: encrypted, or without an identity"
    yield from (fault for one in objects for fault in _object(one))
    intents = [each.get_object() for each in root.get("/OutputIntents", ())]
    profile = [each for each in intents if each.get("/S") == "/GTS_PDFA1" and each.get("/DestOutputProfile")]
    if len(profile) != 1 or profile[0]["/DestOutputProfile"].get_data()[36:40] != b"acsp":
        yield "A 6.2.3: no colour profile"


def _object(one: Any) -> Iterator[str]:
    if isinstance(one, (str, bytes)) and len(one) > LONGEST_STRING:
        yield "A 6.1.13: a string is too long"
    if not isinstance(one, DictionaryObject):
        return
    if isinstance(one, StreamObject) and ("/F" in one or "/LZWDecode" in str(one.get("/Filter"))):
        yield "A 6.1.7: a stream lies in another file, or is packed with LZW"
    if one.get("/S") in FORBIDDEN:
        yield f"A 6.5.1: the action {one['/S']}"
    if "/AA" in one or "/XFA" in one or _yes(one.get("/NeedAppearances")):
        yield "A 6.4, 6.5: something is done without being asked"
    if _yes(one.get("/Interpolate")) or one.get("/Subtype") == "/PS":
        yield "A 6.2: a picture that is changed, or PostScript"


def _metadata(reader: PdfReader, root: Any, part: str) -> Iterator[str]:
    xmp = ElementTree.fromstring(root["/Metadata"].get_data().strip(b"\x00 \n"))
    facts: dict[str, str] = {}
    for description in xmp.iter(f"{RDF}Description"):
        facts |= {key: value for key, value in description.attrib.items() if key.startswith((PDFA, PDFUA))}
        facts |= {one.tag: one.text or "" for one in description if one.tag.startswith((PDFA, PDFUA))}
    if (facts.get(f"{PDFA}part"), facts.get(f"{PDFA}conformance")) != (part, "A"):
        yield f"A 6.6.4: says it is PDF/A-{facts.get(f'{PDFA}part')}{facts.get(f'{PDFA}conformance')}"
    if facts.get(f"{PDFUA}part") != "1":
        yield "UA 5: does not say that it is PDF/UA-1"
    title = "".join("".join(one.itertext()) for one in xmp.iter(f"{DC}title")).strip()
    if not title or title != (reader.metadata.title if reader.metadata else ""):
        yield "UA 7.1: no title, or two"
    if not _yes(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle")):
        yield "UA 7.1: the window shows the file's name"
    if not re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", str(root.get("/Lang", ""))):
        yield "A 6.7.4, UA 7.2: no language"


def _fonts(objects: list[Any]) -> Iterator[str]:
    for font in objects:
        if not isinstance(font, DictionaryObject) or font.get("/Type") != "/Font":
            continue
        if font.get("/Subtype") == "/Type0":
            told = font["/ToUnicode"].get_data().decode("latin-1") if "/ToUnicode" in font else ""
            if "beginbf" not in told or re.search(
                r"<(0000|FEFF|FFFE)>\s*$", told, re.MULTILINE | re.IGNORECASE
            ):
                yield f"A 6.2.11.7: {font['/BaseFont']} does not say what its signs mean"
        elif font.get("/Subtype") == "/Type3":
            yield "A 6.2.11: a font of drawings"
        else:
            yield from _embedded(font)


def _embedded(font: Any) -> Iterator[str]:
    descriptor = font.get("/FontDescriptor", {})
    held = next((descriptor[key] for key in ("/FontFile2", "/FontFile3") if key in descriptor), None)
    if held is None:
        yield f"A 6.2.11.4: {font.get('/BaseFont')} is not embedded"
        return
    if font.get("/Subtype") == "/CIDFontType2" and "/CIDToGIDMap" not in font:
        yield "A 6.2.11.3: no map from signs to glyphs"
    if "/FontFile2" in descriptor:
        metrics, units = (program := TTFont(io.BytesIO(held.get_data())))["hmtx"], program["head"].unitsPerEm
        order = program.getGlyphOrder()
        for glyph, width in _widths(font.get("/W", ())):
            if glyph >= len(order) or abs(metrics[order[glyph]][0] * 1000 / units - width) > 1:
                yield f"A 6.2.11.5: glyph {glyph} of {font['/BaseFont']} has another width"


def _widths(told: Any) -> Iterator[tuple[int, float]]:
    left = [each.get_object() for each in told]
    while left:
        first, second, *left = left
        if isinstance(second, ArrayObject):
            yield from ((int(first) + n, float(width)) for n, width in enumerate(second))
        else:
            width, *left = left
            yield from ((glyph, float(width)) for glyph in range(int(first), int(second) + 1))


def _attached(root: Any, objects: list[Any], *, files: bool) -> Iterator[str]:
    found = [one for one in objects if isinstance(one, DictionaryObject) and "/EF" in one]
    related = [each.get_object() for each in root.get("/AF", ())]
    if found and not files:
        yield "A 6.8: a file is attached"
    if files and not found:
        yield "A 6.8: no file is attached"
    for one in found if files else ():
        if not (one.get("/F") and one.get("/UF") and one.get("/AFRelationship")) or one not in related:
            yield "A 6.8: an attached file does not say what it is to the document"
        if not one["/EF"]["/F"].get("/Subtype") or not one["/EF"]["/F"].get("/Params", {}).get("/ModDate"):
            yield "A 6.8: an attached file has no type or no date"


def _annotations(reader: PdfReader, root: Any) -> Iterator[str]:
    for page in reader.pages:
        for one in (each.get_object() for each in page.get("/Annots", ())):
            flags, (left, below, right, above) = int(one.get("/F", 0)), (float(n) for n in one["/Rect"])
            if flags & 0b100011 or not flags & 0b100:
                yield "A 6.3.2: an annotation that is not printed"
            if (
                (left, below) != (right, above)
                and one["/Subtype"] != "/Link"
                and "/N" not in one.get("/AP", {})
            ):
                yield "A 6.3.3: an annotation without a look"
            if one["/Subtype"] == "/Widget" and not one.get("/TU"):
                yield "UA 7.18.1: a field without a name for people"
            if one["/Subtype"] == "/Link" and "/StructParent" not in one:
                yield "UA 7.18.5: a link outside the structure"
            if page.get("/Tabs") != "/S":
                yield "UA 7.18.3: the order of fields is not that of the structure"


def _structure(root: Any) -> Iterator[str]:
    tree, marks = root.get("/StructTreeRoot"), root.get("/MarkInfo", {})
    if not tree or not _yes(marks.get("/Marked")) or _yes(marks.get("/Suspects")):
        yield "A 6.7.2, UA 7.1: not tagged"
        return
    roles, level = tree.get("/RoleMap", {}), 0
    for element, above in _elements(tree.get("/K"), ""):
        role = _role(str(element["/S"]), roles)
        if role not in STANDARD:
            yield f"A 6.7.3: {role} is no standard type"
        if role in ("Figure", "Formula") and not (element.get("/Alt") or element.get("/ActualText")):
            yield "UA 7.3: a picture without a text"
        if match := re.fullmatch(r"H([1-6])", role):
            if int(match[1]) > level + 1:
                yield f"UA 7.4.2: a heading goes from level {level} to {match[1]}"
            level = int(match[1])
        if role == "TH" and "/Scope" not in str(element.get("/A", "")) and "/ID" not in element:
            yield "UA 7.5: a heading of a table that heads nothing"
        expected = {"TR": ("Table", "THead", "TBody", "TFoot"), "TD": ("TR",), "TH": ("TR",), "LI": ("L",)}
        if role in expected and above not in expected[role]:
            yield f"UA 7.2: {role} within {above}"


def _elements(kids: Any, above: str) -> Iterator[tuple[Any, str]]:
    waiting = [(kids, above)]
    while waiting:
        one, parent = waiting.pop()
        one = one.get_object() if isinstance(one, IndirectObject) else one
        if isinstance(one, ArrayObject):
            waiting += [(each, parent) for each in reversed(one)]
        elif isinstance(one, DictionaryObject) and "/S" in one:
            yield one, parent
            waiting.append((one.get("/K"), str(one["/S"]).lstrip("/")))


def _role(name: str, roles: Any) -> str:
    for _ in range(5):
        if name.lstrip("/") in STANDARD or name not in roles:
            break
        name = str(roles[name])
    return name.lstrip("/")


def _marked(reader: PdfReader, number: int, page: Any) -> Iterator[str]:
    """Every sign and stroke of a page belongs to the structure, or is marked as decoration."""
    depth: list[bool] = []
    nested = deepest = 0
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in (b"BDC", b"BMC"):
            told = operands[1] if len(operands) > 1 and isinstance(operands[1], dict) else {}
            depth.append(operands[0] == "/Artifact" or "/MCID" in told)
        elif operator == b"EMC":
            depth.pop()
        elif operator in PAINTING and not any(depth):
            yield f"UA 7.1: page {number} has {operator.decode()} outside the structure"
            return
        nested += {b"q": 1, b"Q": -1}.get(operator, 0)
        deepest = max(deepest, nested)
    if deepest > 28:
        yield f"A 6.1.13: page {number} is nested {deepest} deep"
