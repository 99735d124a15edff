"""What the DNS must say of a newsroom's mail, judged: DKIM, SPF, DMARC, the MX of bounces, the relay's name. Pure.

Every answer of the DNS is a tuple of records, empty where there is none, or `Unanswered`.
"""

from collections.abc import Mapping
from ipaddress import ip_address

from digest.doctor.finding import Finding, Unanswered, fault, unchecked, warning, well

Answer = tuple[str, ...] | Unanswered
LONGEST_TEXT = 255  # octets of one string of a TXT record


def judge_dkim(name: str, expected: str, answer: Answer) -> Finding:
    """Judge the record at *name* against *expected*, which our key file makes."""
    subject, publish = f"DKIM {name}", txt_record(name, expected)
    if isinstance(answer, Unanswered):
        return unchecked(subject, answer.why)
    keys = [tags(text).get("p") for text in answer if "p" in tags(text)]
    if not keys:
        return fault(subject, "the key is not published: every signature fails", "publish this record", publish)
    if len(keys) > 1:
        return fault(
            subject, f"{len(keys)} keys are published, and receivers take any one of them", "leave only this", publish
        )
    if keys[0] != tags(expected)["p"]:
        what = (
            "another key is published than the one in the key file" if keys[0] else "the key is revoked (p= is empty)"
        )
        return fault(subject, what, "publish this record", publish)
    flags = tags(answer[0]).get("t", "")
    if "y" in flags.split(":"):
        return warning(subject, "t=y says that this domain only tries DKIM out", "publish this record", publish)
    return well(subject, "the published key is ours")


def judge_spf(domain: str, relays: tuple[str, ...], answer: Answer) -> Finding:
    """Judge the SPF record of *domain*, that of MAIL FROM; *relays* are the hosts that mail leaves by."""
    subject = f"SPF {domain}"
    if isinstance(answer, Unanswered):
        return unchecked(subject, answer.why)
    records = [text for text in answer if text.lower().split(" ")[0] == "v=spf1"]
    publish = txt_record(domain, f"v=spf1 {' '.join(f'a:{relay}' for relay in relays) or 'mx'} ~all")
    how = "publish this record; where the relay's operator names an include: of their own, write that in place of a:"
    if not records:
        return fault(subject, "no record says who may send for it", how, publish)
    if len(records) > 1:
        return fault(subject, f"{len(records)} records: receivers take that for none", "join them into one")
    terms = records[0].lower().split()[1:]
    if {"+all", "all"} & set(terms):
        return fault(subject, "it lets the whole world send for this domain (+all)", "end it with ~all or -all")
    if not any(term[1:] == "all" or term.startswith("redirect=") for term in terms):
        return warning(subject, "it does not say what of everybody else", "end it with ~all")
    return well(subject, f"{records[0]} (that it covers the relay's addresses, a mail to yourself shows)")


def judge_dmarc(sender: str, answers: Mapping[str, Answer], dkim: str | None, envelope: str) -> list[Finding]:
    """Judge the policy for From at *sender*, and whether what we sign and send as is aligned with it.

    *answers* are those of `_dmarc.` and the domain or its owner's, the nearest first. *dkim* is the domain that signs,
    *envelope* that of MAIL FROM.
    """
    subject = f"DMARC {sender}"
    publish = txt_record(f"_dmarc.{sender}", f"v=DMARC1; p=none; rua=mailto:postmaster@{sender}")
    for answer in answers.values():
        if isinstance(answer, Unanswered):
            return [unchecked(subject, answer.why)]
    found = next((policies for answer in answers.values() if (policies := _policies(answer))), [])
    if not found:
        return [warning(subject, "there is no policy, and large providers want one", "publish this record", publish)]
    if len(found) > 1 or tags(found[0]).get("p", "") not in ("none", "quarantine", "reject"):
        return [fault(subject, f"the policy can't be read: {'; '.join(found)}", "publish this record", publish)]
    return [well(subject, found[0]), _alignment(sender, tags(found[0]), dkim, envelope)]


def judge_bounces(domain: str, answer: Answer) -> Finding:
    """Judge where bounces to *domain* go: the MX records' hosts."""
    subject = f"MX {domain}"
    if isinstance(answer, Unanswered):
        return unchecked(subject, answer.why)
    if not answer:
        publish = f"{domain}. IN MX 10 mail.{domain}."
        return fault(subject, "bounces lead nowhere", "publish this record, with the host that takes them", publish)
    if answer == (".",):
        return fault(subject, "it says that it takes no mail at all (null MX)", "let it name a host")
    return well(subject, f"bounces go to {', '.join(answer)}")


def judge_reverse(relay: str, addresses: Answer, names: Mapping[str, Answer], forward: Mapping[str, Answer]) -> Finding:
    """Judge the names of a relay's *addresses*: each has one that leads back to it, or large providers refuse it.

    *names* are those of each address, *forward* the addresses of each name.
    """
    subject = f"PTR {relay}"
    if isinstance(addresses, Unanswered):
        return unchecked(subject, addresses.why)
    if not addresses:
        return fault(subject, "the relay's name has no address", "write its right name into [smtp] url")
    for address in addresses:
        found = names[address]
        if isinstance(found, Unanswered):
            return unchecked(subject, found.why)
        if not found:
            return warning(
                subject,
                f"{address} has no name",
                "ask whoever gave you the address for this record",
                f"{ip_address(address).reverse_pointer}. IN PTR {relay}.",
            )
        if not any(address in _records(forward.get(name, ())) for name in found):
            return warning(
                subject, f"{address} is called {', '.join(found)}, which does not lead back to it",
                "let the name have this address", f"{found[0]}. IN {'AAAA' if ':' in address else 'A'} {address}",
            )  # fmt: skip
    return well(subject, "each address has a name that leads back to it")


def txt_record(name: str, text: str) -> str:
    """Return the line of a zone for a TXT record, in strings of at most 255 octets."""
    pieces = [text[start : start + LONGEST_TEXT] for start in range(0, len(text), LONGEST_TEXT)]
    return f"{name}. IN TXT " + " ".join(f'"{piece}"' for piece in pieces)


def tags(record: str) -> dict[str, str]:
    """Return the tags of a record such as `v=DKIM1; k=rsa; p=…`, without blanks."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, equals, value in pairs if equals}


def owner_of(domain: str) -> str:
    """Return the last two labels, as a guess at whose domain it is; only a list of public suffixes could tell."""
    return ".".join(domain.lower().split(".")[-2:])


def _alignment(sender: str, policy: Mapping[str, str], dkim: str | None, envelope: str) -> Finding:
    subject = f"alignment {sender}"
    by_dkim = dkim is not None and _aligned(sender, dkim, policy.get("adkim", "r"))
    by_spf = _aligned(sender, envelope, policy.get("aspf", "r"))
    if by_dkim:
        return well(subject, f"signatures of {dkim} speak for it")
    if by_spf:
        mend = "sign with a [dkim] domain of the same owner" if dkim is None else f"sign as {sender}"
        return warning(subject, "only SPF speaks for it, and does not survive a forwarded mail", mend)
    if dkim is None:
        return unchecked(
            subject,
            "nothing is signed here, and MAIL FROM is of another owner; the relay may sign",
            f"see that it signs as {sender}, or set [dkim]",
        )
    return fault(
        subject,
        f"neither {dkim} (DKIM) nor {envelope} (MAIL FROM) speaks for it: DMARC fails",
        f"let [dkim] domain be {sender}",
    )


def _aligned(sender: str, other: str, mode: str) -> bool:
    return sender.lower() == other.lower() if mode == "s" else owner_of(sender) == owner_of(other)


def _policies(answer: Answer) -> list[str]:
    return [text for text in _records(answer) if tags(text).get("v") == "DMARC1"]


def _records(answer: Answer) -> tuple[str, ...]:
    return () if isinstance(answer, Unanswered) else answer
