"""The classes that a statement names: accounts, principals, services, identity providers."""

from collections.abc import Iterator
from dataclasses import replace

from cloudsoc.policy.arns import fields
from cloudsoc.policy.exposed import Who
from cloudsoc.policy.request import Caller
from cloudsoc.policy.search import Found, Search, sides
from cloudsoc.policy.views import Covered

__all__ = ["accounts", "principals", "providers", "services"]


def accounts(search: Search, certain: Covered, possible: Covered) -> Iterator[Found]:
    """Accounts and canonical users that are named."""
    if certain.everyone or not search.may_mean("AWS", "CanonicalUser"):
        return
    outsiders = search.outsiders
    for sure, covered in sides(certain, possible):
        if covered.everyone:
            continue
        for account in outsiders.accounts:
            if account in certain.accounts:
                continue
            views = (
                search.views.of(caller, organization, covered=covered)
                for caller in search.of_account(account)
                for organization in search.organizations_left(covered)
            )
            found = search.attempt(Who("account", account), views, certain=sure)
            if found is not None:
                covered.accounts.add(account)
                yield found
        for user in outsiders.canonical_users:
            if user in certain.accounts:
                continue
            everybody = [caller for account in (*outsiders.strange_accounts, *outsiders.accounts) for caller in outsiders.of_account(account)]
            everybody += [caller for name in outsiders.named for caller in outsiders.like(name)]  # the account has this id, whoever in it asks
            views = (
                search.views.of(caller, organization, covered=covered, any_user_id=True)
                for caller in search.means(replace(one, canonical_user=user) for one in everybody)
                for organization in search.organizations_left(covered)
            )
            found = search.attempt(Who("account", user), views, certain=sure)
            if found is not None:
                covered.accounts.add(user)
                yield found
    possible.accounts |= certain.accounts


def principals(search: Search, certain: Covered, possible: Covered) -> Iterator[Found]:
    """Users, roles and sessions that are named, and unique ids."""
    if certain.everyone or not search.may_mean("AWS"):
        return
    certain_names: set[str] = set()
    for sure, covered in sides(certain, possible):
        if covered.everyone:
            continue
        for name in search.outsiders.named:
            if name in certain_names or name.split(":")[4] in covered.accounts:
                continue
            views = (
                search.views.of(caller, organization, covered=covered, any_user_id=True)
                for caller in search.means(search.outsiders.like(name))
                for organization in search.organizations_left(covered)
            )
            found = search.attempt(Who("principal", name), views, certain=sure)
            if found is not None:
                certain_names |= {name} if sure else set()
                yield found
        yield from _unique_ids(search, covered, certain_names, sure=sure)


def _unique_ids(search: Search, covered: Covered, done: set[str], *, sure: bool) -> Iterator[Found]:
    ids = search.worlds.domains.get("aws:userid")
    if ids is None:
        return
    outsiders = search.outsiders
    for name in dict.fromkeys(filter(None, ids.names)):
        if name in done or (len(name) == 12 and name.isdigit()) or name == "anonymous":
            continue
        views = (
            search.views.of(caller, organization, covered=covered, user_id=name)
            for account in (*outsiders.strange_accounts, *outsiders.accounts)
            if account not in covered.accounts
            for caller in search.of_account(account)
            if caller.kind != "root"
            for organization in search.organizations_left(covered)
        )
        found = search.attempt(Who("principal", name), views, certain=sure)
        if found is not None:
            done |= {name} if sure else set()
            yield found


def services(search: Search, certain: Covered, possible: Covered) -> Iterator[Found]:
    """AWS services, guarded against the confused deputy or not."""
    if not search.may_mean("Service"):
        return
    done: set[str] = set()
    for sure, covered in sides(certain, possible):
        for label, names in (("*", search.outsiders.strange_services), *((name, [name]) for name in search.outsiders.services)):
            if label in done or "*" in done:
                continue
            callers = list(search.means(Caller("service", name) for name in names))
            for strange in (True, False) if callers else ():
                views = (search.views.of(caller, None, covered=covered, strange_source=strange) for caller in callers)
                found = search.attempt(Who("service", label), views, certain=sure)
                if found is not None:
                    found.guarded = not strange
                    if not strange:
                        found.guards = _pinned(search, found, "source")
                        found.notes = _weakness(search, found)
                    if found.witness or sure:
                        done.add(label)
                    yield found
                    break


def _pinned(search: Search, found: Found, kind: str) -> tuple[str, ...]:
    """What the statement's conditions pin, of the values that are left."""
    names: dict[str, None] = {}
    for key, mask in found.masks.items():
        domain = search.worlds.domains.get(key)
        if domain is not None and domain.meaning == kind:
            names |= {name: None for place, name in enumerate(domain.names) if name is not None and mask >> place & 1}
    return tuple(sorted(names))


def _weakness(search: Search, found: Found) -> tuple[str, ...]:
    by_account = any(
        (domain := search.worlds.domains.get(key)) is not None and domain.meaning == "source" and key != "aws:sourcearn" and not mask & domain.such(None)
        for key, mask in found.masks.items()
    )
    if by_account or not found.guards or any((cut := fields(guard)) is None or cut[4] for guard in found.guards):
        return ()
    return ("the ARN of the source names no account, and its name could be another's one day: aws:SourceAccount is missing",)


def providers(search: Search, certain: Covered, possible: Covered) -> Iterator[Found]:
    """Identity providers, whose tokens are limited to subjects that are named or not."""
    if not search.may_mean("Federated"):
        return
    done: set[str] = set()
    for sure, covered in sides(certain, possible):
        for label in ("*", *search.outsiders.providers):
            if label in done or "*" in done:
                continue
            caller = Caller("federated identity", label if label != "*" else "https://any-provider.example")
            for strange in (True, False) if search.worlds.allow.means(caller) else ():
                view = search.views.of(caller, None, covered=covered, strange_token=strange, provider=label)
                found = search.attempt(Who("federated", label), [view], certain=sure)
                if found is not None:
                    found.guarded = not strange or ":saml-provider/" in label
                    found.guards = () if strange else _pinned(search, found, "token")
                    if found.witness or sure:
                        done.add(label)
                    yield found
                    break
