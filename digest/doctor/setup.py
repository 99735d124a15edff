"""What the setup itself must be like, judged: the configuration, the relay's offer, the sources. Pure."""

from collections.abc import Mapping

from digest.articles.retrieval.source_health import SourceHealth
from digest.delivery.relay import Offered
from digest.doctor.finding import Finding, Unanswered, fault, unchecked, warning, well
from digest.settings import Settings

EXAMPLES = ("example.org", "example.com", "example.net")
# A message is at most some 100 KB; a relay that takes less takes none of the larger ones.
LARGEST_MESSAGE = 200_000


def judge_configuration(settings: Settings) -> list[Finding]:
    """Judge what may be written and is still no setup for real readers."""
    found = [well("configuration", f"{len(settings.newsletters)} newsletters, {len(settings.sources)} sources")]
    if settings.site.is_local:
        words = f"base_url is {settings.site.base_url}: every link in every mail is dead for everybody else"
        found.append(warning("[site] base_url", words, "set it to the https address of your reverse proxy"))
    if settings.dkim is None:
        words = "mail leaves unsigned unless the relay signs it"
        found.append(warning("[dkim]", words, "set [dkim], or see that the relay signs; docs/operate.md tells how"))
    senders = {f"newsletters.{slug}": newsletter.from_ for slug, newsletter in settings.newsletters.items()}
    senders |= {"signup": settings.signup.sender, "site": settings.site.contact}
    for part, address in senders.items():
        if address.rpartition("@")[2].lower() in EXAMPLES:
            found.append(warning(f"[{part}]", f"{address} is the example's", "write an address of your own"))
    return found


def judge_relay(name: str, *, is_here: bool, offered: Offered | Unanswered) -> list[Finding]:
    """Judge what the relay called *name* offered; *is_here* says that it is on this machine."""
    subject = f"relay {name}"
    if isinstance(offered, Unanswered):
        mend = "see that it runs, that [smtp] url names it, and that user and password are right"
        return [fault(subject, offered.why, mend)]
    found = [well(subject, f"it let us in and offers {', '.join(sorted(offered.extensions)) or 'nothing'}")]
    if not (offered.is_secure or is_here):
        found.append(warning(subject, "mail goes to it in clear", "use smtp+starttls:// or smtps:// in [smtp] url"))
    if "pipelining" not in offered.extensions:
        found.append(
            warning(subject, "without PIPELINING every message waits for six answers", "use a relay that has it")
        )
    if offered.size and offered.size < LARGEST_MESSAGE:
        words = f"it takes {offered.size:,} bytes a message, and an edition may be larger"
        found.append(fault(subject, words, f"let it take {LARGEST_MESSAGE:,}"))
    return found


def judge_sources(settings: Settings, healths: Mapping[str, SourceHealth]) -> list[Finding]:
    """Judge how the configured feeds are doing, by what was last read."""
    found = []
    for source in settings.sources:
        health, subject = healths.get(source.name), f"feed {source.name}"
        if source.feed is None:
            continue
        if health is None:
            found.append(unchecked(subject, "it was never read", "digest articles fetch"))
        elif health.failures:
            words = f"it failed {health.failures} times in a row: {health.problem}"
            found.append(warning(subject, words, "digest sources shows it, digest articles fetch asks again"))
        elif health.moved_to:
            found.append(warning(subject, f"it has moved for good to {health.moved_to}", "write that into digest.toml"))
        else:
            found.append(well(subject, f"{health.entries} entries when last read"))
    return found
