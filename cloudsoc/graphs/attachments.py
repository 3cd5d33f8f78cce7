"""What security groups are attached to and what else needs them: so how much an opening matters, and whether anybody would miss a group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cloudsoc.aws.account import Region
from cloudsoc.aws.group_users import FunctionNetwork, LaunchTemplateVersion
from cloudsoc.aws.security_groups import NetworkInterface, SecurityGroup
from cloudsoc.model import LOW, MEDIUM, Every, Incomplete, Severity, Unread, derivation


@dataclass(frozen=True, slots=True)
class Guarded:
    """What a group is attached to: something that has a public address, something else, or nothing; ``unread`` where that is not known."""

    public: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """How severe an opening is at most: None leaves it as it is, as long as something public may be behind it."""
        if self.public or self.unread:
            return None
        return MEDIUM if self.private else LOW

    def __str__(self) -> str:
        if self.public:
            return f"attached to {self.public[0]}" + (f" and {len(self.public) - 1} more" if len(self.public) > 1 else "") + ", which has a public address"
        if self.unread:
            return f"what it is attached to was not read ({self.unread[0]})"
        return f"attached to {len(self.private)} interface{'s' * (len(self.private) > 1)} without a public address" if self.private else "attached to nothing"


@dataclass(frozen=True, slots=True)
class Attachments:
    """The network interfaces of a region, by the groups on them: those with a public address and the others."""

    public: Mapping[str, tuple[str, ...]]
    private: Mapping[str, tuple[str, ...]]
    unread: tuple[Unread, ...] = ()


@derivation
def attachments(region: Region, interfaces: Every[NetworkInterface]) -> Attachments:
    """Of load balancers, endpoints and functions as of instances; gone through once for all groups."""
    found: tuple[dict[str, list[str]], ...] = (defaultdict(list), defaultdict(list))
    for one in interfaces.known:
        for group in one.groups:
            found[not has_public_address(one)][group.group_id].append(one.network_interface_id)
    public, private = ({group: tuple(ids) for group, ids in several.items()} for several in found)
    return Attachments(public, private, interfaces.unread)


def has_public_address(interface: NetworkInterface) -> bool:
    """Whether the internet has an address for it: its first one's, that of a further private address, or one of IPv6, all of which are public."""
    associations = (interface.association, *(one.association for one in interface.private_ip_addresses))
    return bool(interface.ipv6_addresses) or any(one is not None and one.public_ip is not None for one in associations)


@derivation
def guarded(group: SecurityGroup, attached: Attachments) -> Guarded:
    """By the network interfaces that the group is on."""
    return Guarded(attached.public.get(group.group_id, ()), attached.private.get(group.group_id, ()), attached.unread)


@dataclass(frozen=True, slots=True)
class GroupUses:
    """What needs each group of a region besides itself: the first of each kind, in words."""

    by_group: Mapping[str, str]
    unread: tuple[Unread, ...] = ()

    def of(self, group_id: str) -> str | None:
        """What needs a group, or None where nothing does. Raises ``Incomplete`` where something that might was not read."""
        found = self.by_group.get(group_id)
        if found is None and self.unread:
            raise Incomplete(*self.unread)
        return found


@derivation
def group_uses(
    region: Region,
    interfaces: Every[NetworkInterface],
    groups: Every[SecurityGroup],
    templates: Every[LaunchTemplateVersion],
    functions: Every[FunctionNetwork],
) -> GroupUses:
    """A function that nobody called for weeks has no interface and still needs its groups; so does a template that nothing runs from just now."""
    found: dict[str, str] = {}
    for id, use in _uses(interfaces.known, groups.known, templates.known, functions.known):
        found.setdefault(id, use)
    return GroupUses(found, (*interfaces.unread, *groups.unread, *templates.unread, *functions.unread))


def _uses(
    interfaces: Iterable[NetworkInterface], groups: Iterable[SecurityGroup], templates: Iterable[LaunchTemplateVersion], functions: Iterable[FunctionNetwork]
) -> Iterator[tuple[str, str]]:
    for interface in interfaces:
        yield from ((by.group_id, f"attached to {interface.network_interface_id}") for by in interface.groups)
    for group in groups:
        for id in named_in(group) - {group.group_id}:
            yield id, f"named in the rules of {group.group_id}"
    for template in templates:
        data = template.launch_template_data
        for id in (*data.security_group_ids, *(id for interface in data.network_interfaces for id in interface.groups)):
            yield id, f"named in launch template {template.launch_template_id}"
    for function in functions:
        for id in function.vpc_config.security_group_ids if function.vpc_config else ():
            yield id, f"needed by function {function.function_name}"


def named_in(group: SecurityGroup) -> set[str]:
    """The groups that the rules of a group name."""
    return {pair.group_id for one in (*group.ip_permissions, *group.ip_permissions_egress) for pair in one.user_id_group_pairs if pair.group_id}
