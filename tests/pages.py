"""The pages of the documentation as something that runs: their blocks of code in order, in a folder of their own, against a simulated account.

How a block is treated:

- ``python`` runs, in one namespace a page. A ``text`` block titled ``Output`` behind it is what it prints.
- ``console`` has commands behind ``$``, and below each what it prints on both streams; nothing below it: anything. ``...`` alone on a line stands for any
  number of lines, within a line for any text. A command succeeds, or ``$ echo $?`` behind it shows its exit code. ``cloudsoc``, ``python``, ``pytest`` and the
  like run; ``aws`` and ``make`` are checked against botocore's models and the Makefile, since they would leave this folder.
- A block with a ``title`` is a file: it is written. Of ``toml``, ``json`` and ``yaml`` the syntax is checked as well, and cloudsoc's own files by cloudsoc.
- ``text`` is not code. Everything else, and whatever cannot run here, has a paragraph before it that begins ``Not run by the tests:`` and says why.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import invalidate_caches
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt

from cloudsoc.cli import main

ROOT = Path(__file__).resolve().parent.parent
EXCUSE = "Not run by the tests:"


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    line: int
    language: str
    title: str
    text: str
    excuse: str


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page, with the excuse that stands before one."""
    tokens, excuse = MarkdownIt().parse(text), ""
    for token in tokens:
        if token.type == "inline":
            said = token.content.strip("*_ ")
            excuse = " ".join(said.removeprefix(EXCUSE).split()).rstrip(".") if said.startswith(EXCUSE) else ""
        elif token.type == "fence":
            language, _, rest = token.info.partition(" ")
            title = re.search(r'title="([^"]*)"', rest)
            yield Block((token.map or [0])[0] + 1, language, title[1] if title else "", token.content, excuse)
            excuse = ""


class _Copied(io.StringIO):
    """A stream that writes into another one as well."""

    copy: io.StringIO

    def write(self, text: str) -> int:
        self.copy.write(text)
        return super().write(text)


class Wrong(AssertionError):
    """A block does not do what its page says."""


@dataclass
class Page:
    """A page that is walked through: its files, its names, and how the last command ended."""

    file: Path
    folder: Path
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__page__"})
    printed: str = ""
    stdout: str = ""
    """What the last command printed, without its progress and its warnings."""
    status: int = 0

    def run(self) -> list[str]:
        """Run all blocks; gives the excuses of those that do not run. Raises ``Wrong`` or what a block raises."""
        excuses = []
        before, path, modules = Path.cwd(), sys.path[:], set(sys.modules)
        os.chdir(self.folder)
        try:
            for block in blocks(self.file.read_text(encoding="utf-8")):
                if block.excuse:
                    excuses.append(block.excuse)
                else:
                    self._block(block)
        finally:
            os.chdir(before)
            sys.path[:] = path
            for name in set(sys.modules) - modules:
                if str(getattr(sys.modules[name], "__file__", "") or "").startswith(str(self.folder)):
                    del sys.modules[name]
            invalidate_caches()
        return excuses

    def _block(self, block: Block) -> None:
        here = f"{self.file.relative_to(ROOT) if self.file.is_relative_to(ROOT) else self.file.name}:{block.line}"
        if block.title == "Output":
            differ(here, block.text, self.printed)
        elif block.title:
            self._write(here, block)
        elif block.language == "python":
            with redirect_stdout(io.StringIO()) as out:
                exec(compile("\n" * block.line + block.text, str(self.file), "exec", dont_inherit=True), self.names)
            self.printed = out.getvalue()
        elif block.language == "console":
            self._console(here, block.text)
        elif block.language in SYNTAX:
            SYNTAX[block.language](block.text)
        elif block.language != "text":
            raise Wrong(f"{here}: nobody runs a block of {block.language or 'no language'}; say why before it, with {EXCUSE!r}")

    def _write(self, here: str, block: Block) -> None:
        file = self.folder / block.title
        file.parent.mkdir(parents=True, exist_ok=True)
        text = block.text
        if block.language in SYNTAX:
            SYNTAX[block.language](text)
        elif block.language == "python":
            compile(text, block.title, "exec")
        if block.title.endswith("waivers.toml"):  # or the page would expire with its example
            text = re.sub(r"(?m)^expires = .*$", f"expires = {(datetime.now(UTC) + timedelta(days=90)).date()}", text)
        file.write_text(text, encoding="utf-8")
        if check := OWN.get(file.name):
            status, said = self._cloudsoc([*check, str(file)])
            if status:
                raise Wrong(f"{here}: {said}")

    # -- commands -------------------------------------------------------------------------------------------------------------

    def _console(self, here: str, text: str) -> None:
        steps = re.split(r"(?m)^\$ ", text)
        if steps[0].strip():
            raise Wrong(f"{here}: the first line of a console is a command, behind '$ '")
        told = True
        for step in steps[1:]:
            command, _, shown = re.sub(r" *\\\n\s*", " ", step).partition("\n")
            if command.partition("#")[0].strip() == "echo $?":
                differ(here, shown, str(self.status))
                told = True
                continue
            if not told:
                raise Wrong(f"{here}: the command before `{command}` ended with {self.status}, and no `$ echo $?` says so")
            said = self._command(here, command.strip())
            if shown.strip() and not like(shown, self.stdout):
                differ(f"{here}: {command}", shown, said)
            told = self.status == 0
            self.printed = said
        if not told:
            raise Wrong(f"{here}: the last command ended with {self.status}, and no `$ echo $?` says so:\n{self.printed}")

    def _command(self, here: str, command: str) -> str:
        words = shlex.split(command, comments=True)
        words, into = (words[:-2], words[-1]) if len(words) > 2 and words[-2] == ">" else (words, "")
        program, *args = words
        self.stdout = ""
        if program == "cloudsoc":
            self.status, said = self._cloudsoc(args)
        elif program in {"pip", "uv"} or words[:3] == ["python", "-m", "pip"]:
            self.status, said = 0, ""
            self._install(here, args[-1])
        elif program in {"aws", "make"}:
            self.status, said = 0, ""
            wrong = _aws(args) if program == "aws" else _make(args)
            if wrong:
                raise Wrong(f"{here}: {command}: {wrong}")
        elif program in {"cat", "ls"}:
            self.status = 0
            said = "\n".join(sorted(path.name for path in self.folder.iterdir())) if program == "ls" else (self.folder / args[-1]).read_text(encoding="utf-8")
        elif program in {"python", "pytest"}:
            run = self._process([sys.executable, *(["-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly"] if program == "pytest" else []), *args])
            self.status, said = run.returncode, run.stdout
        else:
            raise Wrong(f"{here}: nobody runs {program}; say why before the block, with {EXCUSE!r}")
        if into:
            (self.folder / into).write_text(self.stdout, encoding="utf-8")
            self.stdout = said = ""
        return said

    def _process(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120)

    def _cloudsoc(self, args: list[str]) -> tuple[int, str]:
        both, out = io.StringIO(), _Copied()
        out.copy = both
        with redirect_stdout(out), redirect_stderr(both):
            status = main(args)
        self.stdout = out.getvalue()
        return status, both.getvalue()

    def _install(self, here: str, what: str) -> None:
        """What an installer would leave behind: the package on the path, and its entry points. Of cloudsoc itself: that it is called so and has that extra."""
        if not (self.folder / what / "pyproject.toml").is_file():
            project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
            name, _, extra = what.strip("'\"]").partition("[")
            if name != project["name"] or (extra and extra not in project["optional-dependencies"]):
                raise Wrong(f"{here}: there is no {what} to install")
            return
        source = self.folder / what
        project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        info = source / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
        groups = project.get("entry-points", {})
        (info / "entry_points.txt").write_text(
            "\n".join(f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items()) for group, points in groups.items())
        )
        sys.path.insert(0, str(source))
        invalidate_caches()


SYNTAX: dict[str, Callable[[str], Any]] = {"toml": tomllib.loads, "json": json.loads, "yaml": yaml.safe_load}
OWN = {"cloudsoc-waivers.toml": ["waivers", "check"], "cloudsoc.toml": ["config", "check", "--config"]}
"""Files of cloudsoc's own, and the command that looks through one."""


def differ(place: str, shown: str, said: str) -> None:
    """Raise ``Wrong`` where what a page shows is not what was printed."""
    if not like(shown, said):
        raise Wrong(f"{place}\n--- the page shows\n{shown}\n--- it prints\n{said}")


def like(shown: str, said: str) -> bool:
    """Whether a text is what a page shows: ``...`` alone on a line is any number of lines, within a line any text."""
    pattern = ""
    for line in shown.strip("\n").split("\n"):
        if line.strip() == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += r"[^\n]*?".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ ]*\n"
    return re.fullmatch(pattern, said.strip("\n") + "\n") is not None


def _aws(args: list[str]) -> str:
    """What is wrong with a command of the AWS CLI; empty where nothing is."""
    import botocore.session
    from botocore import xform_name

    service, operation, *rest = args
    client = {"s3api": "s3"}.get(service, service)
    session = botocore.session.get_session()
    if client not in session.get_available_services():
        return f"there is no service {service}"
    model = session.get_service_model(client)
    known = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in known:
        return f"there is no {operation}"
    shape = model.operation_model(known[operation]).input_shape
    members = {xform_name(name, "-"): name for name in shape.members} if shape else {}
    given = {one.removeprefix("--") for one in rest if one.startswith("--")} - {"region", "profile", "output", "query"}
    if unknown := sorted(one for one in given if one not in members and one.removeprefix("no-") not in members):
        return f"{operation} takes no --{unknown[0]}"
    missing = sorted(name for name, member in members.items() if shape and member in shape.required_members and name not in given)
    return f"{operation} needs --{missing[0]}" if missing else ""


def _make(args: list[str]) -> str:
    run = subprocess.run(["make", "--dry-run", *args], cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stderr if run.returncode else ""


@contextmanager
def company(*regions: str) -> Iterator[None]:
    """The demo's company inside this process, with these regions only; ``cloudsoc demo`` finds the same one. Of one bucket the policy is refused, as there."""
    from unittest.mock import patch

    import boto3
    from moto import mock_aws
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

    import cloudsoc.demo
    from cloudsoc.demo import company as acorn

    class Here:
        """Stands for the simulation's own process."""

        def __enter__(self) -> Here:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def session(self) -> boto3.Session:
            return boto3.Session(region_name=acorn.HOME)

    # Of the terminal neither: a page shows what is printed where nobody says how wide it is.
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CLOUDSOC_")) and name not in {"COLUMNS", "LINES"}}
    ours = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": acorn.HOME, "AWS_CONFIG_FILE": os.devnull}
    enabled = [one for one in RegionsAndZonesBackend.regions if one.name in regions]
    with (
        patch.dict(os.environ, clean | ours, clear=True),
        mock_aws(),
        patch.object(RegionsAndZonesBackend, "regions", enabled),
        patch.object(cloudsoc.demo, "Simulation", Here),
    ):
        acorn.found(boto3.Session(region_name=acorn.HOME))
        yield
