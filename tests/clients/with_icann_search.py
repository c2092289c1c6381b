"""rdap (icann-rdap-cli), asked to search: no other client here can. It shows the results as objects of RPSL. Checked: which
objects it shows, what it shows of them, and what it makes of a search without a match and of one too many."""

import json
import os
import re
import subprocess
import sys
import traceback

from cases import CANARY, RDAP, RDAP_LIMITED

PROGRAM = os.path.join(os.environ["CLIENTS"], "cargo/bin/rdap")


def output(base: str, kind: str, pattern: str, form: str) -> str:
    command = [PROGRAM, "-N", "-B", base, "--max-retry-secs", "1", "-L", "off", "-O", form, "-t", kind, pattern]
    return subprocess.run(command, capture_output=True, timeout=60, text=True).stdout


def objects(kind: str, pattern: str) -> dict[str, dict[str, list[str]]]:
    """The objects that it shows, by name or handle, each with its values. What belongs to a result stands behind it as an
    object too."""
    text = output(RDAP, kind, pattern, "rpsl")
    leak = CANARY.search(text)
    assert not leak, f"the withheld value {leak.group()!r}"
    found: dict[str, dict[str, list[str]]] = {}
    for part in re.split(r"\n\n+", text):
        pairs = [line.split(":", 1) for line in part.splitlines() if ":" in line and not line.startswith("#")]
        if not pairs:
            continue
        shown: dict[str, list[str]] = {}
        for key, value in pairs:
            shown.setdefault(key.strip(), []).append(value.strip())
        found[pairs[0][1].strip()] = {"class": [pairs[0][0].strip()], **shown}
    return found


def names(found: dict[str, dict[str, list[str]]], kind: str) -> set[str]:
    return {name for name, shown in found.items() if shown["class"] == [kind]}


def domains(kind: str, pattern: str, right: set[str]) -> str:
    found = objects(kind, pattern)
    assert names(found, "domain") == right, names(found, "domain")
    for name in right:
        shown = found[name]
        assert shown["status"] == ["active"], shown
        assert shown["registrar"] == ["99001"], shown
        assert [day[:8] for day in shown["created"]] == ["20141001"], shown
        assert [day[:8] for day in shown["expiration"]] == ["20341001"], shown
        assert "ns1.dienst.example" in shown["nserver"], shown
    assert found["99001"]["full-name"] == ["Alfa Registrars NV"], found["99001"]
    return f"{' '.join(sorted(right))}, with registrar, days, status and name servers"


def servers(kind: str, pattern: str, right: dict[str, list[str]]) -> str:
    found = objects(kind, pattern)
    assert names(found, "nserver") == set(right), names(found, "nserver")
    for name, addresses in right.items():
        assert found[name].get("inetnum", []) == addresses, found[name]
    return f"{' '.join(sorted(right))}, with addresses"


def entities(kind: str, pattern: str, right: dict[str, str]) -> str:
    found = objects(kind, pattern)
    assert names(found, "organization") == set(right), names(found, "organization")
    for handle, organisation in right.items():
        assert found[handle]["org-name"] == [organisation], found[handle]
    return ", ".join(f"{handle} {organisation}" for handle, organisation in sorted(right.items()))


def refused(base: str, kind: str, pattern: str, status: int) -> str:
    answer = json.loads(output(base, kind, pattern, "json"))
    assert answer["errorCode"] == status, answer
    return f"{answer['errorCode']} {answer['title']}"


COMPANY, SERVER = "Bedrijf Voorbeeld NV", {"ns1.bedrijf.be": ["192.0.2.1/32", "192.0.2.2/32"]}
SEARCHES = {
    "domains by name": lambda: domains("domain-name", "bedrijf*.be", {"bedrijf.be", "bedrijf-winkel.be"}),
    "domains by name server": lambda: domains("domain-ns-name", "ns1.bedr*.be", {"bedrijf.be"}),
    "domains by address": lambda: domains("domain-ns-ip", "192.0.2.1", {"bedrijf.be"}),
    "name servers by name": lambda: servers("ns-name", "ns1.bedr*.be", SERVER),
    "name servers by address": lambda: servers("ns-ip", "192.0.2.1", SERVER),
    "entities by name": lambda: entities(
        "entity-name", "Bedrijf Voorbeeld*", {"c1001": COMPANY, "c1004": COMPANY + ", IT-dienst"}),
    "entities by handle": lambda: entities("entity-handle", "c1001*", {"c1001": COMPANY}),
    "no match": lambda: refused(RDAP, "domain-name", "bestaat-niet*.be", 404),
    "entities by a withheld name": lambda: refused(RDAP, "entity-name", "knr*", 404),
    "limited": lambda: refused(RDAP_LIMITED, "domain-name", "bedrijf*.be", 429),
}


def main() -> None:
    failed = False
    for name, search in SEARCHES.items():
        try:
            print(f"ok icann-rdap-cli 0.0.30 {name}: {search()}")
        except Exception as error:  # The other searches go on.
            traceback.print_exc()
            failed = True
            print(f"not ok icann-rdap-cli 0.0.30 {name}: {type(error).__name__} {str(error)[:400]}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
