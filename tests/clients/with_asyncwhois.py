"""asyncwhois (PyPI), a WHOIS client and parser. It asks over its own sockets, told which server and port. Checked: its
parser for .be, and that its error for names that are not registered is not raised for others."""

from importlib.metadata import version

from asyncwhois.client import DomainClient
from asyncwhois.errors import NotFoundError
from asyncwhois.query import DomainQuery
from cases import FREE, LIMITED, REGISTERED, Case, Understood, day, run, whois_port, words


def ask(case: Case) -> Understood:
    client = DomainClient(authoritative_only=False, find_authoritative_server=True)
    client.query_obj = DomainQuery(server="127.0.0.1", timeout=20)
    client.query_obj.whois_port = whois_port(case)
    client.query_obj._get_server_name = lambda _: "127.0.0.1"
    try:
        text, found = client.whois(case.question)
    except NotFoundError:
        return Understood(FREE)
    if not found["domain_name"] and not found["status"]:
        return Understood(LIMITED, words="nothing found", everything=text)
    # Its error is for words that .be does not use: who asks sees the status.
    return Understood(
        FREE if found["status"] == "AVAILABLE" or found["status"] == ["AVAILABLE"] else REGISTERED,
        servers=[name.split()[0].lower() for name in found["name_servers"]],
        holder=found["registrant_organization"] or found["registrant_name"],
        registrar=found["registrar"],
        created=day(found["created"]),
        expires=day(found["expires"]),
        status=words(found["status"]),
        everything=(text, found),
    )


if __name__ == "__main__":
    after = ["flags:", "keys:", "please"]
    run(f"asyncwhois {version('asyncwhois')}", "whois", ask, {
        # Its pattern for name servers of .be runs on to the end of the text.
        "organisation": {"servers": ["ns1.bedrijf.be", "ns1.dienst.example", "ns2.bedrijf.be", *after]},
        "person": {"servers": ["ns1.dienst.example", "ns2.dienst.example", *after]},
        "IDN": {"servers": ["ns1.dienst.example", "ns1.xn--belgi-rsa.be", *after]},
        # It has no pattern for these in the layout of .be.
        ".be": {"holder": "", "registrar": ""},
    })
