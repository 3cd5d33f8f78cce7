"""Two different answers about one resource: neither is believed, whichever came first."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cloudsoc.engine.inventory import AccountInventory
from cloudsoc.model import NotApplicable, Unread
from tests.engine.house import ACCOUNT, DARK, DENIED, HERE, LIT, OPEN, SHUT, Door, Lamp

THROTTLED = Unread("kms:DescribeKey", "ThrottlingException", HERE, ACCOUNT)
DOORS = st.one_of(st.sampled_from((SHUT, OPEN, None, DENIED, THROTTLED, NotApplicable("it has none"))), st.builds(Door, key_state=st.text(max_size=3)))
LAMPS = st.one_of(st.sampled_from((LIT, DARK, DENIED)), st.builds(Lamp, key_rotation_enabled=st.booleans()))


def learnt(kind: Any, answers: list[Any]) -> Any:
    inventory = AccountInventory(ACCOUNT)
    for answer in answers:
        inventory.learn(kind, "room", answer)
    return inventory.values(kind)["room"]


@given(
    st.one_of(st.tuples(st.just(Door), st.lists(DOORS, min_size=1, max_size=5)), st.tuples(st.just(Lamp), st.lists(LAMPS, min_size=1, max_size=5))),
    st.randoms(),
)
def test_only_what_all_answers_say_is_known(drawn: tuple[Any, list[Any]], random: Any) -> None:
    kind, answers = drawn
    found = learnt(kind, answers)
    if all(answer == answers[0] for answer in answers):
        assert found == answers[0]
    else:
        assert isinstance(found, Unread)
    shuffled = list(answers)
    random.shuffle(shuffled)
    assert learnt(kind, shuffled) == found
