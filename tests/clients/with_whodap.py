"""whodap (PyPI), an RDAP client whose answers are objects, with a view in WHOIS terms. It is told which server is
responsible for .be. Checked: both views, and its own error for each refusal."""

from importlib.metadata import version

import httpx2
from cases import FREE, LIMITED, REGISTERED, REGISTRAR_RDAP, Case, Understood, day, rdap_base, run
from whodap.client import DNSClient
from whodap.errors import NotFoundError, RateLimitError


def ask(case: Case) -> Understood:
    label, zone = case.question.split(".")
    registrar = httpx2.MockTransport(lambda request: httpx2.Response(404))
    with httpx2.Client(timeout=20, mounts={REGISTRAR_RDAP: registrar}) as http:
        client = DNSClient(http)
        client._set_iana_info({"services": [[["be", "brussels", "vlaanderen"], [rdap_base(case)]]]})
        try:
            found = client.lookup(label, zone)
        except NotFoundError:
            return Understood(FREE)
        except RateLimitError:
            return Understood(LIMITED)
    view = found.to_whois_dict()
    assert view["domain_name"] == case.question, view["domain_name"]
    holder = view.get("registrant_organization") or view.get("registrant_name") or None
    withheld = holder == "REDACTED FOR PRIVACY"  # The client's own words for what `redacted` names.
    return Understood(
        REGISTERED,
        servers=[name.lower() for name in view["nameservers"]],
        holder=None if withheld else holder,
        registrar=view.get("registrar_name") or view.get("registrar") or None,
        created=day(view["created_date"]),
        expires=day(view["expires_date"]),
        status=view["status"],
        words="holder told to be redacted" if withheld else "",
        everything=(view, found.to_json()),
    )


if __name__ == "__main__":
    run(f"whodap {version('whodap')}", "rdap", ask)
