"""What a browser or a mail client posted: the fields of a small form."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect

LARGEST_BODY = 16_384  # bytes; the largest form of ours is a hundredth of it


@dataclass(frozen=True, slots=True)
class Form:
    """What was posted: names with their values, in the order of the form. One name may stand there several times."""

    fields: tuple[tuple[str, str], ...] = ()

    def one(self, name: str) -> str:
        """Return the last value of *name*, or nothing."""
        return dict(self.fields).get(name, "")

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of *name*, each once, in the order of the form."""
        return tuple(dict.fromkeys(value for key, value in self.fields if key == name))


async def posted_fields(request: Request) -> dict[str, str]:
    """Return the fields of *request*'s body, of one name the last; a body too large or unreadable has none.

    Raises:
        HTTPException: the client went away before it had said everything (400).
    """
    return dict((await posted_form(request)).fields)


async def posted_form(request: Request) -> Form:
    """Return the form in *request*'s body; one that is too large or unreadable is empty.

    Raises:
        HTTPException: the client went away before it had said everything (400).
    """
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                return Form()
    except ClientDisconnect as error:
        raise HTTPException(400) from error
    return read_form(request.headers.get("content-type", ""), body)


def read_form(content_type: str, body: bytes) -> Form:
    """Return the form in *body*, sent as multipart/form-data or, whatever else is said, URL-encoded (RFC 8058 §3.1).

    Never raises: what can't be read is no field.
    """
    if content_type.strip().lower().startswith("multipart/form-data"):
        return Form(_read_multipart(content_type, body))
    return Form(tuple(parse_qsl(body.decode("utf-8", errors="replace"), keep_blank_values=True)))


def read_fields(content_type: str, body: bytes) -> dict[str, str]:
    """Return the fields in *body* as `read_form` does; of fields with one name the last counts."""
    return dict(read_form(content_type, body).fields)


def _read_multipart(content_type: str, body: bytes) -> tuple[tuple[str, str], ...]:
    head = b"Content-Type: " + " ".join(content_type.split()).encode("ascii", errors="replace") + b"\r\n\r\n"
    parts = message_from_bytes(head + body).get_payload()
    named = [(_name(part), part) for part in parts if isinstance(part, Message)] if isinstance(parts, list) else []
    return tuple((name, _value(part)) for name, part in named if name is not None)


def _name(part: Message) -> str | None:
    name = part.get_param("name", header="content-disposition")
    return name if isinstance(name, str) else None


def _value(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", errors="replace") if isinstance(payload, bytes) else ""
