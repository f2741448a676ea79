"""How the steps and states of agreements are called, whatever the number of parties. Pure.

Each party has an ordinal, and most steps are named after the one that takes them. What a step means is asked of these names,
so that no other module has to know how many parties there are.
"""

from typing import Final

ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth")
MOST: Final = len(ORDINALS)  # parties


def _of_each(verb: str) -> frozenset[str]:
    return frozenset(f"{verb}_{one}" for one in ORDINALS)


COUNTERING: Final = _of_each("counter") | _of_each("revise")  # another text takes the place of the one on the table
PROPOSING: Final = frozenset({"enter", "propose"}) | COUNTERING  # a text is put on the table
ACCEPTING: Final = _of_each("accept")  # agreed to, and passed on to the next party
AGREEING: Final = _of_each("agree")  # the last party agrees, which freezes the text
CLEARING: Final = _of_each("clear")
ATTESTING: Final = frozenset({"attest", "confirm"}) | _of_each("attest") | _of_each("confirm")
SIGNING: Final = ATTESTING | {"enter"}
REMARKING: Final = _of_each("remark")
ASKING: Final = _of_each("ask")
GRANTING: Final = _of_each("grant")  # the last party grants what was asked
GIVING_UP: Final = frozenset({"withdraw", "take_back"}) | _of_each("take_back") | _of_each("reject")
LEAVING: Final = (
    GIVING_UP | _of_each("decline") | _of_each("unask") | {"keep_open", "notice"}
)  # ways out and back, open to a party alone

READING: Final = _of_each("with")  # states in which a party reads the text on the table
