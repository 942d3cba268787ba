"""Chooses the media type of an answer by the request's Accept header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.service.api.intake.requests import Media

MAX_RANGES = 50
"""Media ranges of a header that are read."""


def choose_media(accept: Sequence[str], *offered: Media) -> Media:
    """Return the offered type that Accept headers prefer; the first one if they prefer none, or accept none.

    The highest `q` wins, then the type that is named most exactly, then the one that is named first.
    """
    if not accept:
        return offered[0]
    ranges = [part.split(";") for part in ",".join(accept).split(",")[:MAX_RANGES]]
    names = [(part[0].strip().lower(), _quality(part[1:])) for part in ranges]
    weights = {media: _weight(media, names) for media in offered}
    best = max(offered, key=lambda media: weights[media])
    return best if weights[best][0] > 0 else offered[0]


def _weight(media: Media, ranges: list[tuple[str, float]]) -> tuple[float, int, int]:
    """Return quality, exactness and minus the place of the most exact range that contains a type."""
    exactness = {str(media): 2, f"{media.partition('/')[0]}/*": 1, "*/*": 0}
    found = [(exactness[name], -place, quality) for place, (name, quality) in enumerate(ranges) if name in exactness]
    exact, place, quality = max(found, default=(0, 0, 0.0))
    return quality, exact, place


def _quality(parameters: list[str]) -> float:
    """Return the parameter `q`, from 0 to 1; 1 if there is none, 0 if it is no number."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 0.0
            return quality if 0 <= quality <= 1 else 0.0
    return 1.0
