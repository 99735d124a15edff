"""An article as a JSON object; the text of a .json file or one line of a .jsonl file."""

import json
from typing import Any

from digest.articles.draft import Draft
from digest.articles.fields import draft_of_fields
from digest.articles.rejection import RejectedError


def draft_of_json(value: Any) -> Draft:
    """Return the draft that the decoded JSON *value* tells.

    Raises:
        RejectedError: It is no object, or a field is unknown or of the wrong type.
    """
    if not isinstance(value, dict):
        raise RejectedError('expected an object with the fields of an article, such as {"url": …, "headline": …}')
    return draft_of_fields(value)


def decode_json(text: str) -> Any:
    """Return what the JSON *text* holds.

    Raises:
        RejectedError: It is no JSON; the reason says where it stops being so.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}" if "\n" in text.strip() else f"column {error.colno}"
        raise RejectedError(f"not JSON at {place}: {error.msg}") from error
    except RecursionError as error:
        raise RejectedError("not usable JSON: nested too deeply") from error
    except ValueError as error:
        # Python refuses whole numbers of thousands of digits.
        raise RejectedError(f"not usable JSON: {error}") from error
