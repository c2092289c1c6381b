"""The cases that each client is asked about, and what it must have understood.

A client's script gives `run` a function that asks its client for a name and says what the client made of the answer, as
an `Understood`. What is right stands in cases.json, for both protocols and, where they differ, for each. All of it is
compared; what the client is known to misread, or has no place for, the script says with the reason.
"""

import json
import os
import re
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Optional

#: What data/sample/README.md calls canaries: texts that stand in withheld fields alone.
CANARY = re.compile(r"knr[a-z0-9]{6}|4990[0-9]{5}", re.IGNORECASE)

REGISTERED, FREE, LIMITED, ERROR = "registered", "free", "limited", "error"

RDAP = os.environ["RDAP"]
RDAP_LIMITED = os.environ["RDAP_LIMITED"]
WHOIS_PORT = int(os.environ["WHOIS_PORT"])
WHOIS_PORT_LIMITED = int(os.environ["WHOIS_PORT_LIMITED"])


@dataclass
class Understood:
    """What a client made of an answer."""

    #: registered, free, limited (asked too much), or error (any other refusal to say).
    state: str
    #: Name servers, in lower case.
    servers: Optional[list[str]] = None
    #: Whose name it is; empty or None where nobody is shown.
    holder: Optional[str] = None
    #: Name of the registrar.
    registrar: Optional[str] = None
    #: Day of registration, YYYY-MM-DD.
    created: Optional[str] = None
    #: Day of expiry, YYYY-MM-DD.
    expires: Optional[str] = None
    #: Status words.
    status: Optional[list[str]] = None
    #: Everything the client says, in which no withheld value may occur.
    everything: Any = None
    #: Words for the line that is printed.
    words: str = ""


@dataclass
class Case:
    """A question and the right understanding of its answer: a value for each field that the answer tells, "" or [] where
    it must tell nothing."""

    name: str
    question: str
    state: str
    limited: bool = False
    right: dict[str, Any] = field(default_factory=dict)


FIELDS = ("holder", "registrar", "created", "expires", "servers", "status")


def cases(protocol: str) -> list[Case]:
    """The cases as `rdap` or `whois` answers them."""
    told = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))
    return [
        Case(one["name"], one["question"], one["state"], one.get("limited", False),
             {key: value for key, value in {**one, **one[protocol]}.items() if key in FIELDS})
        for one in told
    ]


def plain(value: Any) -> Any:
    """A field as it is compared: lists sorted and without repetitions, nothing as an empty text."""
    if isinstance(value, list):
        return sorted({str(one) for one in value if one})
    return value or ""


#: Misreadings that are a client's own: for a case, a zone (`.be`) or all (`*`), what it makes of a field instead.
Known = dict[str, dict[str, Any]]


def expected(case: Case, what: str, right: Any, known: Known) -> Any:
    """What the client makes of a field: what is right, or its known misreading."""
    for key in (case.name, case.question[case.question.rindex("."):], "*"):
        if what in known.get(key, {}):
            return known[key][what]
    return right


def differences(case: Case, got: Understood, known: Known) -> list[str]:
    """What the client got wrong. A known misreading that no longer happens is wrong too, so that the list stays true."""
    wrong = []
    state = expected(case, "state", case.state, known)
    if got.state != state or (case.limited and got.state in (FREE, REGISTERED)):
        wrong.append(f"{got.state} instead of {state}")
    for what, right in case.right.items():
        found, right = plain(getattr(got, what)), plain(expected(case, what, right, known))
        if got.state == REGISTERED and found != right and (found or right):
            wrong.append(f"{what} {found!r} instead of {right!r}")
    leak = CANARY.search(repr(got.everything))
    if leak:
        wrong.append(f"the withheld value {leak.group()!r}")
    return wrong


def run(client: str, protocol: str, ask: Callable[[Case], Understood], known: Optional[Known] = None) -> None:
    """Asks every case and prints a line for each; ends the script with 1 if the client misunderstood one. Nothing makes up
    for reading a refusal as "free" or "registered"."""
    failed = False
    for case in cases(protocol):
        try:
            got = ask(case)
        except Exception:  # Whatever a client throws is a misunderstanding to report, and the other cases go on.
            traceback.print_exc()
            got = Understood(ERROR, words=traceback.format_exc(limit=0).strip().splitlines()[-1])
        wrong = "; ".join(differences(case, got, known or {}))
        told = ", ".join(filter(None, [
            got.state, got.holder, got.registrar, got.created, got.expires, " ".join(sorted(set(got.servers or []))),
            " ".join(got.status or []), got.words]))
        print(f"not ok {client} {case.name}: {wrong} -- {told}" if wrong else f"ok {client} {case.name}: {told}")
        failed |= bool(wrong)
    sys.exit(1 if failed else 0)


def rdap_base(case: Case) -> str:
    """The RDAP base to ask, which ends with a slash."""
    return RDAP_LIMITED if case.limited else RDAP


#: The registrar's RDAP server, which answers link to (rel `related`) and some clients ask too. It does not exist: the
#: scripts of those clients put a server in its place that knows no name.
REGISTRAR_RDAP = "https://rdap.reg-alfa.example"


def whois_port(case: Case) -> int:
    """The WHOIS port to ask on 127.0.0.1."""
    return WHOIS_PORT_LIMITED if case.limited else WHOIS_PORT


def words(status: Any) -> list[str]:
    """Status words, without the URL that stands behind each in the layout of gTLDs."""
    return [re.sub(r" \(?https?:.*", "", one) for one in ([status] if isinstance(status, str) else status or [])]


def day(moment: Any) -> Optional[str]:
    """The day of a date as clients give it, YYYY-MM-DD."""
    if isinstance(moment, list):
        moment = moment[0] if moment else None
    if moment is None:
        return None
    return moment.strftime("%Y-%m-%d") if hasattr(moment, "strftime") else str(moment)[:10]
