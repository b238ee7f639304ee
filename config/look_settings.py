"""Settings of what the pages show of the municipality: its name, logo and colour."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from config.colour import AA_TEXT, HEX, contrast

MOST = 200_000
"""Bytes: a logo is loaded with the first page somebody opens on a phone."""
PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"<svg": "image/svg+xml",
    b"<?xml": "image/svg+xml",
}


class LookSettings(BaseSettings):
    """The part of `config.settings.Settings` about how the pages look."""

    organisation: str = Field(
        default="",
        max_length=80,
        description="Name in the header of every page (Vejle Kommune). Empty: none.",
    )
    logo: Path | None = Field(
        default=None,
        description="File with the logo in the header, SVG or PNG, at most 200 KB. Empty: the wheel's mark.",
    )
    colour: str = Field(
        default="",
        description="The municipality's colour (#0b4f8b) on buttons, marks and the line above each page; a "
        "lighter one of the same hue is used on dark screens. White text has to be readable on it "
        "(contrast 4.5:1). Empty: blue.",
    )
    accessibility_url: str = Field(
        default="",
        description="Address of the municipality's own accessibility statement (https://www.was.digst.dk/…). "
        "Empty: pages lead to a statement that comes with the product.",
    )

    @field_validator("organisation")
    @classmethod
    def _in_one_line(cls, text: str) -> str:
        return " ".join(text.split())

    @field_validator("accessibility_url")
    @classmethod
    def _on_the_web(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError(f"»{url}« er ikke en webadresse. Skriv fx https://aarshjul.kommune.dk.")
        return url

    @field_validator("logo")
    @classmethod
    def _picture(cls, path: Path | None) -> Path | None:
        if path is None:
            return path
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ValueError(f"Logoet »{path}« kan ikke læses. Ret stien, eller giv læseadgang.") from error
        if len(content) > MOST:
            raise ValueError(f"Logoet »{path}« er for stort. Gem det, så det fylder højst 200 kB.")
        if not media_type(content):
            raise ValueError(f"Logoet »{path}« er hverken SVG eller PNG. Gem det i et af de to formater.")
        return path

    @field_validator("colour")
    @classmethod
    def _readable(cls, colour: str) -> str:
        if not colour:
            return colour
        if not HEX.fullmatch(colour):
            raise ValueError(f"»{colour}« er ikke en farve. Skriv fx #0b4f8b.")
        reached = contrast(colour, "#ffffff")
        if reached < AA_TEXT:
            raise ValueError(
                f"Hvid tekst kan ikke læses på farven »{colour}«: Kontrasten er {_danish(reached)} til 1 "
                "og skal være mindst 4,5 til 1. Vælg en mørkere."
            )
        return colour.lower()


def media_type(content: bytes) -> str:
    """What kind of picture the bytes are; empty when it is none that a logo may be."""
    start = content.lstrip(b"\xef\xbb\xbf \r\n\t")
    return next((kind for sign, kind in PICTURES.items() if start.startswith(sign)), "")


def _danish(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")
