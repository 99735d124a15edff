"""How far the parcel is that is not merely announced."""

from enum import Enum, auto


class Stage(Enum):
    """The stages of the one parcel whose message may be written."""

    NONE = auto()
    GRANTED = auto()  # 354 has come, its body is to be written
    BODY = auto()  # its body is on its way
    DOT = auto()  # its final dot is out
