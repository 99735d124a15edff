"""Where sentences end, well enough for a summary in any language with full stops.

A sentence that is cut too early reads as a mistake, one that is cut too late only as a long one: in doubt a
stop ends nothing.
"""

# Typographic marks are what this is about, and word lists read best as text.
# ruff: noqa: RUF001, SIM905

import re
from collections.abc import Iterator

_STOP = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？]+[”’」』）]*")
_OPENERS = "\"'“‘«„([¿¡—–- "
_FAR = 2_000  # characters: a sentence that is longer ends at its next stop, and what is further ahead has no say
_PAIRS = {"“": "”", "«": "»", "„": "“”", "「": "」", "(": ")"}

# Written with a stop inside a sentence, in lower case.
_ABBREVIATIONS = frozenset(
    # titles and ranks
    "mr mrs ms mx dr prof rev fr sr sra srta hon sen sens rep reps gov govs pres supt atty gen gens lt col maj capt "
    "cpt cpl lcpl sgt ssgt msgt pvt pfc spc adm cmdr cmd brig ens det insp hr frl mme mlle mm me jr "
    # places, months, days
    "st ste mt ft pt ave blvd rd ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo "
    "mont neb nev okla ore pa penn tenn tex vt va wash wis wyo jan feb mar apr jun jul aug sep sept oct nov dec "
    "mon tue tues wed thu thurs fri sat sun "
    # firms, references, measures
    "co corp inc ltd bros no nos nr núm vs v vol art p pp ch sec fig ed eds est dept approx al cf viz ca bzw str tel "
    "mio mrd bd abs evtl ggf inkl usw sog tsd univ assn".split()
)
# After an abbreviation that may itself stand at an end ("in the U.S. The …"), these begin a new sentence.
_BEGINNERS = frozenset(
    "the he she it they we but and this that these those his her its their there when while after before as at in on "
    "for from if no not some many most one two der die das er sie es le la les il elle el los las".split()
)
_LAST_WORDS = frozenset("inc ltd co corp jr sr st ave etc al usw dept assn".split())
_SAYING = frozenset("said says asked asks told added wrote shouted tweeted cried replied".split())
_MONTHS = frozenset(
    "januar februar märz april mai juni juli august september oktober november dezember jahrhundert".split()
)


def sentences(paragraph: str) -> Iterator[str]:
    """Give the sentences of *paragraph*, one line of text, in order; joined by spaces they are the paragraph."""
    start = 0
    for stop in _STOP.finditer(paragraph):
        said = paragraph[start : stop.start()]
        if len(said) > _FAR or _ends_here(said, stop[0], paragraph[stop.end() : stop.end() + _FAR]):
            yield paragraph[start : stop.end()].strip()
            start = stop.end()
    rest = paragraph[start:].strip()
    if rest:
        yield rest


def _ends_here(said: str, stop: str, ahead: str) -> bool:
    if stop[0] in "。！？":
        return not _is_quoting(said + stop, ahead)
    following = ahead.lstrip(_OPENERS)
    if not following or following[0].islower() or ahead.lstrip().startswith("("):
        return False
    if _is_quoting(said + stop, ahead):
        return False
    if stop == ".":
        return not _is_abbreviated(said, following)
    return not (stop[0] in "!?" and len(stop) > 1 and _is_attribution(following))


def _is_abbreviated(said: str, following: str) -> bool:
    word = re.split(r"[\s(\[“‘«„\"'’—–-]", said)[-1].lower()
    following_word = re.split(r"[\s,.;:!?’']", following, maxsplit=1)[0].lower()
    if len(word) == 1 and word.isalpha():
        return True
    if "." in word and all(len(part) <= 2 for part in word.split(".")):  # noqa: PLR2004  (U.S, Ph.D, z.B)
        return following_word not in _BEGINNERS
    if word in _LAST_WORDS:
        return following_word not in _BEGINNERS
    return word in _ABBREVIATIONS or (word.isdigit() and following_word in _MONTHS)


def _is_quoting(sentence: str, rest: str) -> bool:
    """Say whether a quotation or bracket is open at the end of *sentence* that *rest* closes."""
    for opening, closing in _PAIRS.items():
        closed = sum(sentence.count(mark) for mark in closing)
        if sentence.count(opening) > closed and any(mark in rest for mark in closing):
            return True
    return sentence.count('"') % 2 == 1 and '"' in rest


def _is_attribution(following: str) -> bool:
    opening_words = re.findall(r"\w+", following)[:4]
    return any(word.lower() in _SAYING for word in opening_words)


def run_on(before: str, sentence: str) -> str:
    """Return *sentence* after *before*, with a blank between them where the script sets one."""
    blank = "" if not before or before.rstrip("”’」』）")[-1:] in "。！？" else " "
    return f"{before}{blank}{sentence}"
