"""python-whois (PyPI), a WHOIS parser, which here asks through Debian's whois(1). It raises an error where it finds that a
name is free. Checked: holder, name servers and status as its parser for .be finds them."""

from importlib.metadata import version

import whois
from cases import FREE, LIMITED, REGISTERED, Case, Understood, day, run, whois_port, words
from whois.exceptions import WhoisDomainNotFoundError


def first(found):
    """The client gives a list where its pattern matches more than once: the first is the registrant's."""
    return found[0].strip() if isinstance(found, list) else found


def ask(case: Case) -> Understood:
    options = ["-h", "127.0.0.1", "-p", str(whois_port(case))]
    try:
        found = whois.whois(case.question, command=True, executable_opts=options, inc_raw=True)
    except WhoisDomainNotFoundError:
        return Understood(FREE)
    if not found["status"]:
        return Understood(LIMITED, words="no status found", everything=found)
    servers = found["name_servers"]
    servers = [servers] if isinstance(servers, str) else servers
    return Understood(
        REGISTERED,
        servers=[line.split()[0].lower() for line in servers] if servers else None,
        holder=first(found.get("org")),
        registrar=first(found.get("registrar")),
        created=day(found.get("creation_date")),
        expires=day(found.get("expiration_date")),
        status=words(found["status"]),
        everything=found,
    )


if __name__ == "__main__":
    run(f"python-whois {version('python-whois')}", "whois", ask, {
        # Its pattern for .be takes the first name server alone, and none that has an address behind it.
        "organisation": {"servers": ["ns1.bedrijf.be"]},
        "person": {"servers": ["ns1.dienst.example"]},
        "IDN": {"servers": []},
        # It looks for the registrar's name on the line of the heading.
        ".be": {"registrar": ""},
    })
