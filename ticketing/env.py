"""Settings from the environment, read strictly.

A value that is there but makes no sense stops the start with a sentence; nothing is guessed.
Each NAME may also come as NAME_FILE, the path of a file that holds the value (Docker and systemd secrets).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import overload

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


def read_value(name: str) -> str | None:
    """The raw value of NAME or of the file that NAME_FILE points to; None when neither is set.

    Raises ImproperlyConfigured when both are set or the file cannot be read.
    """
    value = os.environ.get(name)
    path = os.environ.get(f"{name}_FILE")
    if path is None:
        return value
    if value is not None:
        raise ImproperlyConfigured(f"Set either {name} or {name}_FILE, not both.")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE points to {path}, which cannot be read: {error}.") from error


@overload
def env_str(name: str) -> str: ...
@overload
def env_str(name: str, default: str) -> str: ...
def env_str(name: str, default: str | None = None) -> str:
    """Text; without a default the setting is required and may not be empty."""
    value = read_value(name)
    if default is None and not value:
        raise ImproperlyConfigured(f"The setting {name} is required. Set {name} or {name}_FILE.")
    return value if value is not None else str(default)


def env_beginning_with(beginning: str) -> dict[str, str]:
    """Every setting of a family, by its name without the common beginning."""
    names = {name.removesuffix("_FILE") for name in os.environ if name.startswith(beginning)}
    return {name.removeprefix(beginning): env_str(name) for name in sorted(names)}


def env_bool(name: str, *, default: bool) -> bool:
    value = read_value(name)
    if value is None or not value.strip():
        return default
    word = value.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no (also 1/0, true/false, on/off), not {value!r}.")


def env_int(name: str, *, default: int, minimum: int | None = None, maximum: int | None = None) -> int:
    value = read_value(name)
    if value is None or not value.strip():
        return default
    try:
        number = int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error
    if minimum is not None and number < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}, not {number}.")
    if maximum is not None and number > maximum:
        raise ImproperlyConfigured(f"{name} must be at most {maximum}, not {number}.")
    return number


def env_port(name: str, *, default: int) -> int:
    return env_int(name, default=default, minimum=1, maximum=65535)


def env_list(name: str, *, default: list[str] | None = None) -> list[str]:
    """Values separated by commas; blanks around them and empty ones are dropped."""
    value = read_value(name)
    if value is None:
        return list(default or [])
    return [part.strip() for part in value.split(",") if part.strip()]
