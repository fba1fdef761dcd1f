"""The lines of docs/api.md that somebody copies into a shell, run as they stand there.

The page is the only source: what follows `#>` behind a request is the status and a part of the answer.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.features.steps.asking import difference
from tests.runtime.streams import PATH, Stream, running_stream
from ticketing.runtime.places import PROJECT_DIR

pytestmark = [
    pytest.mark.runtime,
    pytest.mark.xdist_group("stream"),
    pytest.mark.django_db(transaction=True),
]
PAGE = (PROJECT_DIR / "docs" / "api.md").read_text(encoding="utf-8")
SERVER, STREAM = "http://localhost:8000", f"http://localhost:8001{PATH}"
# Writes down each answer beside handing it on; the stream would never end by itself.
CURL = r"""
echo 0 > count
curl() {
  local number=$(( $(cat count) + 1 ))
  echo $number > count
  command curl --silent --max-time 20 --write-out '%{stderr}%{http_code}' "$@" \
    2> $number.status | tee $number.body
}
"""


@dataclass(frozen=True)
class Documented:
    line: str
    status: str
    answer: str

    def differs_from(self, status: str, body: str) -> str:
        if status != self.status:
            return f"{status} instead of {self.status}: {body}"
        if not self.answer.startswith("{"):
            return "" if self.answer in body else f"{self.answer!r} is not in {body!r}"
        return difference(json.loads(body), json.loads(self.answer))


def shell_lines() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def documented() -> Iterator[Documented]:
    lines = shell_lines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if "curl" in line:
            said = re.fullmatch(r"#> (\d{3}) ?(.*)", following)
            assert said is not None, f"docs/api.md does not say what is answered to {line}"
            yield Documented(line, said[1], said[2])


@pytest.fixture
def stream(transactional_db: None) -> Iterator[Stream]:
    with running_stream() as running:
        yield running


def test_every_line_of_the_page_is_answered_as_it_says(
    celery_worker_running: None, site: str, stream: Stream, tmp_path: Path
) -> None:
    call_command("load_demo", "--tickets", "10", stdout=io.StringIO())
    stream.begin_again()
    script = "\n".join(shell_lines())
    script = script.replace(STREAM, f"http://127.0.0.1:{stream.port}{PATH}").replace(SERVER, site)
    script = script.replace("curl -N", "curl --max-time 3 -N")

    subprocess.run(
        ["bash", "-uc", CURL + script], cwd=tmp_path, check=False, timeout=120, capture_output=True
    )

    wrong = []
    for number, wanted in enumerate(documented(), start=1):
        status = (tmp_path / f"{number}.status").read_text()[-3:]
        told = wanted.differs_from(status, (tmp_path / f"{number}.body").read_text())
        wrong += [f"{wanted.line}\n  {told}"] if told else []
    assert not wrong, "\n".join(wrong)
