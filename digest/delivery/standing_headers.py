"""The header fields that are the same for every reader of an edition."""

import hashlib
from datetime import date
from urllib.parse import quote

from digest.delivery.header_lines import mailbox_field, phrase_field, verbatim_field
from digest.delivery.mailboxes import Mailboxes
from digest.rendering.publication import Publication

_AS_IN_MAILTO = "@!$'*+"  # RFC 6068 §2: whatever else an address may hold is escaped


def standing_headers(local_date: date, publication: Publication, mailboxes: Mailboxes, boundary: str) -> bytes:
    """Return all of them but the subject, which a test mail changes."""
    archive = f"{publication.base_url}/archive/{publication.slug}"
    return b"".join(
        (
            mailbox_field("From", publication.name, mailboxes.sender),
            mailbox_field("Reply-To", "", mailboxes.reply_to) if mailboxes.reply_to else b"",
            phrase_field("List-Id", publication.name, f"<{publication.slug}.{mailboxes.domain}>"),
            verbatim_field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            verbatim_field("List-Help", f"<{publication.base_url}/>"),
            verbatim_field("List-Archive", f"<{archive}>"),
            verbatim_field("List-Owner", f"<mailto:{quote(publication.contact, safe=_AS_IN_MAILTO)}>"),
            verbatim_field("List-Post", "NO"),
            verbatim_field("Feedback-ID", _feedback_id(local_date, publication.slug, mailboxes.domain)),
            verbatim_field("Precedence", "bulk"),
            verbatim_field("X-Auto-Response-Suppress", "All"),
            verbatim_field("MIME-Version", "1.0"),
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode("ascii"),
        )
    )


def _feedback_id(local_date: date, slug: str, domain: str) -> str:
    """Return campaign, newsletter, kind and a sender of ten characters, nothing of the reader (H21)."""
    sender = "s" + hashlib.sha256(domain.encode()).hexdigest()[:9]
    return f"{local_date:%Y%m%d}:{slug}:edition:{sender}"
