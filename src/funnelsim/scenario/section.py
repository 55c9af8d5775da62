"""The base of all tables of a scenario file."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

ONE: Any = 1.0  # defaults are as in a file; validation turns them into distributions


class Section(BaseModel):
    """A table of a scenario file: no key but those named here, no value that has to be guessed."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        arbitrary_types_allowed=True,
        validate_default=True,
    )
