"""What every section of the configuration is: frozen, and strict about its keys."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A section of the configuration: frozen, and strict about its keys."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
        allow_inf_nan=False,
    )
