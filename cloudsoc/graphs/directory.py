"""Who is behind an assignment of IAM Identity Center: groups are resolved to people."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from cloudsoc.aws.identity_center import AccountAssignment, DirectoryGroup, DirectoryUser, GroupMembership, IdentityCenterInstance
from cloudsoc.model import Every, Incomplete, Its, Unread, derivation


@dataclass(frozen=True, slots=True)
class Holder:
    """A person or group that may use a permission set in an account. ``group`` is None for a person; ``people`` are those whom the directory still has."""

    account: str
    principal: str
    group: DirectoryGroup | None
    people: tuple[DirectoryUser, ...]
    is_group: bool

    @property
    def told(self) -> str:
        """In words."""
        if not self.is_group:
            return f"{_name(self.people[0]) if self.people else self.principal} in account {self.account}"
        return f"group {self._group} ({', '.join(map(_name, self.people)) or 'nobody'}) in account {self.account}"

    @property
    def _group(self) -> str:
        return self.group.display_name or self.principal if self.group else self.principal

    def approved(self, names: tuple[str, ...]) -> bool:
        """Whether it is approved: the group or each of its people, by name or id, everywhere or in this account (``account/name``)."""
        if self.is_group and self._among(names, self.principal, self._group):
            return True
        if not self.people:
            return not self.is_group and self._among(names, self.principal)
        return all(self._among(names, one.user_id, one.user_name) for one in self.people)

    def _among(self, names: tuple[str, ...], *own: str | None) -> bool:
        return any(name in (one, f"{self.account}/{one}") for one in own if one for name in names)

    @property
    def wrong(self) -> str:
        """What a review would object to; empty if nothing. Raises ``Incomplete`` where AWS does not say whether somebody may sign in."""
        if self.is_group and self.group is None:
            return f"group {self.principal} in account {self.account} is not in the directory any more"
        if not self.people:
            what = f"group {self._group}" if self.is_group else f"user {self.principal}"
            return f"{what} in account {self.account} {'has no members' if self.is_group else 'is not in the directory any more'}"
        if disabled := [_name(one) for one in self.people if one.user_status == "DISABLED"]:
            return f"{', '.join(disabled)} disabled, yet in {self.told}"
        if unsaid := [_name(one) for one in self.people if one.user_status is None]:
            raise Incomplete(Unread("identitystore:ListUsers", f"needs review: AWS does not say whether {', '.join(unsaid)} may sign in"))
        return ""


def _name(user: DirectoryUser) -> str:
    return user.user_name or user.user_id


@dataclass(frozen=True, slots=True)
class Directory:
    """The people and groups of one instance of IAM Identity Center, by their ids; what was not read is never missing."""

    instance: str
    users: Mapping[str, DirectoryUser]
    groups: Mapping[str, DirectoryGroup]
    members: Mapping[str, frozenset[str]]
    gaps: Mapping[str, tuple[Unread, ...]]

    def holder(self, assignment: AccountAssignment) -> Holder:
        """Who is behind an assignment; raises ``Incomplete`` where that was not read."""
        account, id = assignment.account_id, assignment.principal_id
        if assignment.principal_type != "GROUP":
            return Holder(account, id, None, self._people({id}), is_group=False)
        if id not in self.groups:
            self._complete("groups")
        self._complete("members")
        return Holder(account, id, self.groups.get(id), self._people(self.members.get(id, frozenset())), is_group=True)

    def _people(self, ids: AbstractSet[str]) -> tuple[DirectoryUser, ...]:
        found = [self.users[id] for id in ids if id in self.users]
        if len(found) < len(ids):
            self._complete("users")  # who is missing may be among those that were not read
        return tuple(sorted(found, key=lambda one: (_name(one), one.user_id)))

    def _complete(self, kind: str) -> None:
        if self.gaps[kind]:
            raise Incomplete(*self.gaps[kind])


@derivation
def directory(instance: IdentityCenterInstance, users: Its[DirectoryUser], groups: Its[DirectoryGroup], memberships: Its[GroupMembership]) -> Directory:
    """Made once: every assignment asks it."""
    members: dict[str, set[str]] = {}
    for one in memberships.known:
        members.setdefault(one.group_id, set()).add(one.member_id.user_id)
    return Directory(
        instance.instance_arn.rpartition("/")[2],
        {one.user_id: one for one in users.known},
        {one.group_id: one for one in groups.known},
        {group: frozenset(found) for group, found in members.items()},
        {"users": users.unread, "groups": groups.unread, "members": memberships.unread},
    )


def holder(assignment: AccountAssignment, directories: Every[Directory]) -> Holder:
    """Who is behind an assignment, by the directory of its own instance; raises ``Incomplete`` where that was not read."""
    own = next((one for one in directories if f"/{one.instance}/" in assignment.permission_set_arn), None)
    if own is None:
        raise Incomplete(Unread("sso-admin:ListInstances", f"needs review: the instance of {assignment.permission_set_arn} was not listed"))
    return own.holder(assignment)
