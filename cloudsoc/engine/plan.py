"""The plan: what a selection of checks needs, as a directed acyclic graph from operations to facts to derivations to checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, cached_property
from typing import Any

import networkx as nx

from cloudsoc.engine.signature import Kind, Setting, Signature, derived, settings_of, signature
from cloudsoc.model.check import Check, DeclarationError, place
from cloudsoc.model.fact import Reading, Source
from cloudsoc.model.parameters import Shared


class Plan:
    """What the checks need, and ``more`` facts beside. Raises ``DeclarationError`` where derivations depend on each other."""

    def __init__(self, checks: Mapping[str, Check[...]], more: Iterable[Kind] = ()) -> None:
        self.checks = dict(checks)
        self.graph: nx.DiGraph[Any] = nx.DiGraph()
        self._named: dict[str, Kind] = {}
        for check in self.checks.values():
            self._function(check, signature(check.function))
        for kind in more:
            self._kind(kind)
        if not nx.is_directed_acyclic_graph(self.graph):
            circle = " -> ".join(getattr(node, "__name__", str(node)) for node, _ in nx.find_cycle(self.graph))
            raise DeclarationError(f"derivations depend on each other: {circle}")
        for check in self.checks.values():
            self._agreed(check)

    def _function(self, node: Any, asked: Signature) -> None:
        for kind in (*asked.subjects, *(element.kind for need in asked.needs for element in need.elements)):
            self._kind(kind)
            self.graph.add_edge(kind, node)

    def _kind(self, kind: Kind) -> None:
        if kind in self.graph:
            return
        self.graph.add_node(kind)
        if made := derived(kind):
            self._function(kind, signature(made.function))
            return
        name = fact_name(kind)
        other = self._named.setdefault(name, kind)
        if other != kind:
            raise DeclarationError(f"two fact classes are called {name}: {kind.__module__} and {other.__module__}")
        if kind.about is not None:
            self._kind(kind.about)
            self.graph.add_edge(kind.about, kind)
        for source in sources(kind):
            for operation in source.operations:
                self.graph.add_edge(operation, kind)
            if source.when:
                for gate in gates(source.when):
                    self._kind(gate)
                    self.graph.add_edge(gate, kind)

    @cached_property
    def facts(self) -> tuple[Kind, ...]:
        """The fact classes, each after what it depends on, in an order that depends on names alone."""
        order = nx.lexicographical_topological_sort(self.graph, key=_sort_name)
        return tuple(node for node in order if isinstance(node, type) and not derived(node))

    @cached_property
    def operations(self) -> tuple[str, ...]:
        """All operations that the checks need, as ``service:Operation``; no others are called."""
        return tuple(sorted(node for node in self.graph if isinstance(node, str)))

    def operations_of(self, check: Check[...]) -> tuple[str, ...]:
        """The operations that one check needs, those that find its subjects included."""
        return tuple(sorted(node for node in nx.ancestors(self.graph, check) if isinstance(node, str)))

    def facts_of(self, check: Check[...]) -> tuple[Kind, ...]:
        """The fact classes that one check needs."""
        found = nx.ancestors(self.graph, check)
        return tuple(kind for kind in self.facts if kind in found)

    def settings_of(self, check: Check[...]) -> dict[str, Setting]:
        """The settings that bear on a check: its own, and those of the derivations and facts that it needs, which are set once for all."""
        return dict(sorted((self.settings_below(check) | dict(signature(check.function).settings)).items()))

    def settings_below(self, check: Check[...]) -> dict[str, Setting]:
        """The settings of the derivations and facts that a check needs."""
        found: dict[str, Setting] = {}
        for node in nx.ancestors(self.graph, check):
            if isinstance(node, type):
                made = derived(node)
                asked = signature(made.function).settings if made else settings_of_fact(node)
                found |= {name: replace(one, shared=one.shared or Shared(name, "")) for name, one in asked.items()}
        return found

    def _agreed(self, check: Check[...]) -> None:
        """Raise ``DeclarationError`` where a setting of a check is called like one of what it needs, and may have another value: it would say what was not asked."""
        own = signature(check.function).settings
        if not own:
            return
        below = {name: one for key, one in self.settings_below(check).items() for name in (key, one.shared.name if one.shared else key)}
        for name, one in own.items():
            other = below.get(one.shared.name if one.shared else name) or below.get(name)
            if other and not (one.shared and other.shared and one.shared.name == other.shared.name and one.default == other.default):
                raise DeclarationError(
                    f"{place(check.function)}: {name} is a setting of what it needs too: declare it Shared({other.shared and other.shared.name!r}, ...) "
                    "with the same default, or call it otherwise"
                )

    def permissions(self) -> dict[str, tuple[str, ...]]:
        """For each operation the IAM actions that the facts declare for it; empty where the action is named like the operation."""
        found: dict[str, tuple[str, ...]] = dict.fromkeys(self.operations, ())
        for kind in self.facts:
            for source in sources(kind):
                for operation in source.operations:
                    found[operation] = tuple(sorted({*found[operation], *source.permission}))
        return found


def sources(kind: Kind) -> tuple[Source, ...]:
    """Where a fact class comes from: its listing, its reading, or both."""
    return tuple(source for source in (kind.listing, kind.source) if source)


def gates(when: Callable[..., Any]) -> tuple[Kind, ...]:
    """The facts that a ``when`` looks at, its resource first."""
    asked = signature(when)
    return (*asked.subjects, *(element.kind for need in asked.needs for element in need.elements))


def settings_of_fact(kind: Kind) -> dict[str, Setting]:
    """The settings of a fact: the keyword-only parameters of its reading function."""
    found: dict[str, Setting] = {}
    for source in sources(kind):
        if isinstance(source.call, Reading):
            found |= settings_of(source.call.function)
    return found


@cache
def listing_name(kind: Kind) -> str:
    """How a population is looked for, as a snapshot keeps it: what is listed otherwise later is another population. Empty for what is not listed."""
    listing = kind.listing
    if not listing:
        return ""
    call = f"{listing.call.function.__name__} ({', '.join(listing.operations)})" if isinstance(listing.call, Reading) else listing.call
    given = "".join(f" {name}={value!r}" for name, value in sorted(listing.given.items()))
    where = f" in each {fact_name(kind.about)}" if kind.about else ""
    return f"{call}{given}{where}" + (f" if {listing.when.__name__}" if listing.when else "")


def fact_name(kind: Kind) -> str:
    """The name of a fact class in snapshots: ``service.Class``, which survives a move to another module."""
    first = sources(kind)[0].operations[0] if sources(kind) else kind.__module__
    return f"{first.partition(':')[0]}.{kind.__qualname__}"


def _sort_name(node: Any) -> str:
    return node if isinstance(node, str) else node.id if isinstance(node, Check) else f"{node.__module__}.{node.__qualname__}"
