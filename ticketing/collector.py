"""How often Python looks for cycles of dead objects.

Some hundred thousand objects live as long as the process: Django, its models, the catalogues. By default
they are looked through again and again while rows are read, which costs a request or an import a tenth.
"""

from __future__ import annotations

import gc

# New objects before a look at the young ones; the older generations are looked at every 20th time.
_YOUNG = 50_000
_OLDER = 20


def settle_collector() -> None:
    """Leave everything that lives now out of the search, and search more rarely. For a started process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _OLDER)
