"""The `space` of a sweep as it was written, in the file and by flags, each part with its place.

It becomes domains here: keys are known settings, values have one of the forms, and conditions on
what the command line has fixed are answered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from research.settings.base import Settings
from research.settings.core_schema import PlainData
from research.settings.document import Document, parse_value
from research.settings.domain_forms import parts_of, read_form
from research.settings.errors import SettingsError, shown, unknown
from research.settings.explain import unknown_setting_hint, validate
from research.settings.merge import Layer, Origin
from research.settings.resolve import refused
from research.settings.search import Domain, holds, wanted_values
from research.settings.structure import find_value, keys_of


@dataclass(frozen=True)
class Entry:
    """What was written about one searched setting.

    Attributes:
        value: in any of the forms.
        origin: how an error about its values begins.
        lead: how an error about the entry itself begins.
        parts: the same for each of several domains.
    """

    value: PlainData
    origin: Origin
    lead: str
    parts: tuple[str, ...] = ()

    @property
    def is_typed(self) -> bool:
        """Whether a flag says it."""
        return self.lead.startswith("--")


@dataclass(frozen=True)
class WrittenSpace:
    """A space as it was written.

    Attributes:
        entries: by dotted key, without what the command line takes out.
        taken_out: keys that the file searches and the command line does not.
        where: how an error about the whole begins.
    """

    entries: dict[str, Entry]
    taken_out: frozenset[str]
    where: str

    @classmethod
    def read(
        cls, document: Document, flags: Mapping[str, Any], overrides: Mapping[str, Any]
    ) -> "WrittenSpace":
        """The file's, then the flags'.

        Raises:
            SettingsError: it is no mapping; a flag takes out what is not there, or fixes what
                another searches.
        """
        line = document.lines.get(("sweep", "space"), document.lines.get(("sweep",), 1))
        where = f"{document.name}:{line}: sweep.space"
        raw = (document.data.get("sweep") or {}).get("space", {})
        if not isinstance(raw, dict):
            raise SettingsError(f"{where} is {shown(raw)}, expected settings and their values")
        entries = {key: _of_file(document, key, value) for key, value in raw.items()}
        for flag in [each for each in flags if each.startswith("space.")]:
            key = flag.removeprefix("space.")
            if any(_fixes(fixed, value, key) for fixed, value in overrides.items()):
                raise SettingsError(
                    f"--{flag} searches what a flag fixes, --{key}; expected one of them"
                )
            if flags[flag] not in (None, "none"):
                entries[key] = Entry(_typed(flags[flag]), Origin(f"--{flag}"), f"--{flag}")
            elif entries.pop(key, None) is None:
                raise SettingsError(f"--{flag} none: {unknown('searched setting', key, list(raw))}")
        kept = {
            key: entry
            for key, entry in entries.items()
            if not any(_fixes(fixed, value, key) for fixed, value in overrides.items())
        }
        return cls(kept, frozenset(raw) - frozenset(kept), where)

    def leads(self) -> dict[str, str]:
        """How an error about each entry begins."""
        return {key: entry.lead for key, entry in self.entries.items()}

    def check_keys(self, model: type[Settings]) -> None:
        """Refuses what is no setting, or a whole group."""
        problems = []
        for key, entry in self.entries.items():
            value = find_value(model, tuple(key.split(".")))
            if value is None:
                hint = _hint(model, key)
                problems.append(f"{entry.lead} is no setting{hint}")
            elif value.models() and len(value.alternatives()) == len(value.models()):
                inside = f"; expected one inside, such as {key}.{next(keys_of(value.models()[0]))}"
                problems.append(f"{entry.lead} is a group of settings{inside}")
        if problems:
            raise refused(problems)

    def domains(self) -> dict[str, tuple[Domain, ...]]:
        """The entries, each validated.

        Raises:
            SettingsError: some are no domains.
        """
        found: dict[str, tuple[Domain, ...]] = {}
        problems: list[str] = []
        for key, entry in self.entries.items():
            written = parts_of(entry.value)
            leads = entry.parts if len(entry.parts) == len(written) else [entry.lead] * len(written)
            pairs = [_domain(each, lead) for each, lead in zip(written, leads, strict=True)]
            problems += [line for _, lines in pairs for line in lines]
            found[key] = tuple(domain for domain, _ in pairs if domain is not None)
        if problems:
            raise refused(problems)
        return found

    def answered(
        self, domains: Mapping[str, tuple[Domain, ...]], base: Mapping[str, Any]
    ) -> dict[str, tuple[Domain, ...]]:
        """The space without conditions on what is not searched any more.

        A condition that holds is left out; a domain whose condition does not hold is too. So is one
        of the file that asks for choices which a flag has left out.
        """
        gone = set(self.taken_out)
        typed = {key: domains[key] for key, entry in self.entries.items() if entry.is_typed}
        left = {
            key: each if key in typed else tuple(_narrow(each, typed))
            for key, each in domains.items()
        }
        while True:
            left = {key: tuple(_answer(each, gone, base)) for key, each in left.items()}
            empty = {key for key, each in left.items() if not each}
            if not empty:
                return left
            gone |= empty
            left = {key: each for key, each in left.items() if each}


def _typed(value: PlainData) -> PlainData:
    """On a command line `a,b` is a list, unless it is an interval such as `1..9, 3 points`."""
    if not (isinstance(value, str) and "," in value and ".." not in value):
        return value
    try:
        return parse_value(f"[{value}]")
    except ValueError:
        return value  # refused with the other forms


def _domain(value: PlainData, lead: str) -> tuple[Domain | None, list[str]]:
    """One domain, or None and what is wrong with it."""
    try:
        return validate(Domain, Layer(read_form(value), {(): Origin(lead)}))
    except ValueError as error:
        return None, [f"{lead} is {shown(value)}: {error}"]


def _answer(
    domains: tuple[Domain, ...], gone: set[str], base: Mapping[str, Any]
) -> Iterator[Domain]:
    for domain in domains:
        answered = {key: wanted for key, wanted in domain.when.items() if key in gone}
        values = {key: Layer(dict(base)).found(tuple(key.split("."))) for key in answered}
        if holds(answered, values):
            left = {key: wanted for key, wanted in domain.when.items() if key not in gone}
            yield domain.model_copy(update={"when": left})


def _narrow(
    domains: tuple[Domain, ...], typed: Mapping[str, tuple[Domain, ...]]
) -> Iterator[Domain]:
    """The file's domains of a setting, for the choices that flags have left of others."""
    for domain in domains:
        when = dict(domain.when)
        for key, wanted in domain.when.items():
            choices = [choice for each in typed.get(key, ()) for choice in each.choices or ()]
            if choices:
                left = [v for v in wanted_values(wanted) if any(_is(v, c) for c in choices)]
                when[key] = left[0] if len(left) == 1 else tuple(left)
        if () not in when.values():
            yield domain.model_copy(update={"when": when})


def _is(value: object, choice: object) -> bool:
    return holds({"": value}, {"": choice})


def _of_file(document: Document, key: str, value: PlainData) -> Entry:
    path = ("sweep", "space", key)

    def where(line: int) -> str:
        return f"{document.name}:{line}: sweep.space"

    line = document.lines[path]
    parts = range(len(value)) if isinstance(value, list) else ()
    return Entry(
        value,
        Origin(where(line)),
        f"{where(line)}.{key}",
        tuple(f"{where(document.lines.get((*path, part), line))}.{key}" for part in parts),
    )


def _fixes(fixed: str, value: PlainData, key: str) -> bool:
    """Whether an override says what a setting is, alone or as part of a group."""
    if fixed == key:
        return True
    if not (isinstance(value, dict) and key.startswith(f"{fixed}.")):
        return False
    return any(_fixes(f"{fixed}.{inner}", each, key) for inner, each in value.items())


def _hint(model: type[Settings], key: str) -> str:
    prefix, _, word = key.rpartition(".")
    value = find_value(model, tuple(prefix.split("."))) if prefix else None
    models = value.models() if value is not None else [model] if not prefix else []
    siblings = list(dict.fromkeys(name for each in models for name in each.model_fields))
    dotted = f"{prefix}." if prefix else ""
    return unknown_setting_hint(word, dotted, siblings, list(keys_of(model)), "")
