"""What each key of a goal means, whatever its level."""

from collections.abc import Mapping

GOAL: Mapping[str, str] = {
    "key": "Målets korte navn, som er det samme år efter år.",
    "title": "Målet.",
    "description": "Hvornår det er nået.",
    "source": "Hvem der har sat det.",
    "origin": "political, area eller own: hvor det kommer fra.",
    "type": "input, output eller outcome (Inputmål …): hvad det er et mål for.",
    "background": "Baggrunden: intention og knowledge.",
    "obligations": "Det, der skal gøres.",
    "signs": "Tegn på, at det lykkes.",
    "evidence": "Kilder, det kan ses i.",
    "indicator": "Det, målet måles med.",
    "follow_up_method": "Hvordan der følges op.",
    "follow_up_by": "Hvem der følger op.",
    "first_year": "Det første år, målet gælder.",
    "last_year": "Det sidste år, målet gælder.",
    "follows": "Nøglen på det mål, det afløser, når det havde en anden nøgle.",
    "hide_small": "true: tal fra færre end 5 vises ikke.",
    "inferred": "true: målets plads i træet er udledt.",
}
"""The keys of a goal at any level."""
