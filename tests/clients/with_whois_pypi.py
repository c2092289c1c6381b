"""whois (PyPI, by DannyCork), a WHOIS parser that calls a whois(1), here Debian's. It answers None for a name that is not
registered. Checked: name servers, registrar and status as its parser for .be finds them."""

import tempfile
from importlib.metadata import version
from pathlib import Path

import whois
from cases import FREE, LIMITED, REGISTERED, Case, Understood, day, run, whois_port, words
from whois.exceptions import WhoisQuotaExceeded


def ask(case: Case) -> Understood:
    with tempfile.TemporaryDirectory() as folder:
        # It calls a program with the name as its last argument.
        command = Path(folder) / "whois"
        command.write_text(f"#!/bin/sh\nfor name; do :; done\nexec whois -h 127.0.0.1 -p {whois_port(case)} -- \"$name\"\n")
        command.chmod(0o700)
        try:
            found = whois.query(case.question, force=True, cmd=str(command))
        except WhoisQuotaExceeded:
            return Understood(LIMITED)
    if found is None:
        return Understood(FREE, words="None")
    # Who asks sees the status.
    return Understood(
        FREE if found.status in ("AVAILABLE", ["AVAILABLE"]) else REGISTERED,
        servers=[name.lower() for name in found.name_servers],
        registrar=found.registrar,
        created=day(found.creation_date),
        expires=day(found.expiration_date),
        status=words(found.status),
        everything=vars(found),
    )


if __name__ == "__main__":
    run(f"whois {version('whois')}", "whois", ask, {
        # Its pattern for .be finds no name server where one has an address behind it.
        "organisation": {"servers": []},
        "IDN": {"servers": []},
        # It looks for the registrar's name on the line of the heading.
        ".be": {"registrar": ""},
        # It has no place for it.
        "*": {"holder": ""},
    })
