"""A picture's place on the page."""

from dataclasses import dataclass

from digest.editions.contents import Story

ASPECT = (16, 9)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the page shows it: *width* and *height* in px, *alt* never empty (it is a link)."""

    url: str
    alt: str
    width: int
    height: int


def picture_of(story: Story, width: int, tallest: int) -> Picture | None:
    """Return *story*'s picture, at most *width* wide and *tallest* high in px; None where it has none.

    The shape is the picture's own; one of unknown size is taken for 16:9. Without an alt text the headline
    stands for it: the picture is a link, and a link must say where it leads (M13).
    """
    image = story.image
    if image is None:
        return None
    shape_width, shape_height = _shape(image.width, image.height)
    scale = min(width / shape_width, tallest / shape_height)
    return Picture(
        url=image.url,
        alt=image.alt or story.headline,
        width=max(1, round(shape_width * scale)),
        height=max(1, round(shape_height * scale)),
    )


def _shape(width: int | None, height: int | None) -> tuple[int, int]:
    return (width, height) if width and height and width > 0 and height > 0 else ASPECT
