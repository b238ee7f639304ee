"""frames.yaml: the core areas' steering frames as they stand at the start (seed 004 G)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from config.agreement_checks import Fault
from config.checking import validated
from config.organisation_words import OrganisationFiles, organisation_words
from config.sentences import nearest
from config.yaml_source import read_yaml
from cycle.errors import PlanInvalid
from cycle.goals.frame_import import Approved
from cycle.goals.frame_parts import Filled, FrameItem, FramePart, FrameText, Rhythm
from cycle.plan.frozen import Frozen, Slug
from cycle.plan.model import Confidence


class WrittenItem(Frozen):
    """One item of a part. `filled` says which of the operating part's texts the reports write."""

    id: Slug
    title: str
    title_en: str = ""
    filled: Filled = Filled.NOT


class WrittenPart(Frozen):
    """One of the three parts: whose it is, how often it is brought up to date, its items."""

    part: FramePart
    rhythm: Rhythm
    owner: str
    owner_en: str = ""
    confidence: Confidence = Confidence.CERTAIN
    items: tuple[WrittenItem, ...] = Field(min_length=1)


class WrittenApproval(Frozen):
    """The decision the frames rest on."""

    body: str
    on: date
    text: str


class FramesFile(Frozen):
    """The frames of one or more years: the parts that all have, and each core area's texts."""

    years: tuple[Annotated[int, Field(ge=2000, le=2100)], ...] = Field(min_length=1)
    approved: WrittenApproval | None = None
    parts: tuple[WrittenPart, ...] = Field(min_length=1)
    areas: dict[str, dict[str, str]] = Field(min_length=1)

    def texts(self) -> list[FrameText]:
        """Every frame, as `cycle.goals.frame_import.keep_frames` takes them."""
        return [
            FrameText(area, year, tuple(_items(self.parts, texts)))
            for year in self.years
            for area, texts in self.areas.items()
        ]

    def decision(self) -> Approved | None:
        """The decision that approves new frames, when the file names one."""
        given = self.approved
        return Approved(given.body, given.on, given.text) if given else None


def load_frames(path: Path | str) -> FramesFile:
    """The frames in the file, or in the folder's frames.yaml. Raises PlanInvalid with every fault."""
    path = Path(path) / "frames.yaml" if Path(path).is_dir() else Path(path)
    document = read_yaml(path, path.name)
    frames, problems = validated(document, document.data, FramesFile)
    if frames is None:
        raise PlanInvalid(problems)
    faults = [*_parts(frames), *_items_twice(frames), *_texts(frames), *_unknown_areas(frames, path.parent)]
    if faults:
        raise PlanInvalid([document.problem(*fault) for fault in faults])
    return frames


def _items(parts: tuple[WrittenPart, ...], texts: dict[str, str]) -> Iterator[FrameItem]:
    for part in parts:
        for item in part.items:
            yield FrameItem(
                item=item.id,
                part=part.part,
                rhythm=part.rhythm,
                title=item.title,
                title_en=item.title_en,
                owner=part.owner,
                owner_en=part.owner_en,
                confidence=part.confidence,
                filled=item.filled,
                text=texts.get(item.id, ""),
            )


def _parts(frames: FramesFile) -> Iterator[Fault]:
    """Each part once, in the order formal, directional, operating; reports write the quarterly part alone."""
    given = [part.part for part in frames.parts]
    if given != list(FramePart):
        what = "En styringsramme har tre dele: formal, directional og operating, i den rækkefølge."
        yield ("parts",), what, "Skriv hver del én gang, i den rækkefølge."
    for index, part in enumerate(frames.parts):
        for at, item in enumerate(part.items):
            if item.filled is not Filled.NOT and part.rhythm is not Rhythm.QUARTERLY:
                what = f"»{item.id}« kan ikke skrives af rapporterne: delen er ikke quarterly."
                yield ("parts", index, "items", at, "filled"), what, "Slet linjen, eller flyt punktet."


def _items_twice(frames: FramesFile) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, part in enumerate(frames.parts):
        for at, item in enumerate(part.items):
            if item.id in seen:
                what = f"Punktet »{item.id}« er brugt to gange."
                yield ("parts", index, "items", at, "id"), what, "Giv det ene punkt et andet id."
            seen.add(item.id)


def _texts(frames: FramesFile) -> Iterator[Fault]:
    known = [item.id for part in frames.parts for item in part.items]
    for area, texts in frames.areas.items():
        for item in texts:
            if item not in known:
                yield ("areas", area, item), f"Punktet »{item}« findes ikke.", nearest(item, known)


def _unknown_areas(frames: FramesFile, folder: Path) -> Iterator[Fault]:
    known = organisation_words(OrganisationFiles.beside(folder), {}).areas
    for area in frames.areas:
        if known and area not in known:
            yield ("areas", area), f"Området »{area}« findes ikke i units.csv.", nearest(area, known)
