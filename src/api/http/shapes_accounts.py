"""Accounts as HTTP answers and commands show them."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from api.http.shapes import Held
from ledger.vocabulary_agency import Role

Label = Annotated[str, Field(min_length=1, max_length=200)]


class Token(BaseModel):
    """A token, without what opens the door."""

    id: str
    label: str
    roles: list[str]
    made_at: str
    ends_at: str
    revoked_at: str | None


class NewToken(Token):
    """A token just made; `secret` is shown this once."""

    account: str
    secret: str


class Account(BaseModel):
    """An account: no name, no number, no secret."""

    id: str
    person: str | None
    label: str | None
    made_at: str
    disabled_at: str | None
    roles: list[Held]
    tokens: list[Token]


class Accounts(BaseModel):
    """Every account, in the order in which they were made."""

    accounts: list[Account]


class AccountWanted(BaseModel):
    """An account to make: of a person by his opaque id, or of a machine."""

    person: UUID | None = None
    label: Label | None = Field(None, description="What it is for; never a person's name.")


class TokenWanted(BaseModel):
    """A token to make, with roles that its account holds today."""

    roles: Annotated[list[Role], Field(min_length=1, max_length=len(Role))]
    until: date = Field(description="First day without it, at most a year away.")
    label: Label = Field(description="What it is for; never a person's name.")
