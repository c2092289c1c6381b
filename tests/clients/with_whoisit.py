"""whoisit (PyPI), an RDAP client and parser. It finds the server in IANA's bootstrap form, of which it is given a file
that names Loket. It would ask the registrar's RDAP server too, which does
not exist here. Checked: contacts, name servers, status, dates, and its own error for each refusal."""

import time
from importlib.metadata import version

import requests
import whoisit
from cases import FREE, LIMITED, REGISTERED, Case, Understood, day, rdap_base, run
from whoisit.errors import RateLimitedError, ResourceDoesNotExist


def ask(case: Case) -> Understood:
    base = rdap_base(case)
    services = {kind: {"services": [[["0"], [base]]]} for kind in ("asn", "ipv4", "ipv6", "object")}
    services["asn"] = {"services": [[["1-2"], [base]]]}
    services["ipv4"] = {"services": [[["192.0.2.0/24"], [base]]]}
    services["ipv6"] = {"services": [[["2001:db8::/32"], [base]]]}
    services["object"] = {"services": [[["contact@registry.example"], ["LOKET"], [base]]]}
    services["dns"] = {"services": [[["be", "brussels", "vlaanderen"], [base]]]}
    whoisit.clear_bootstrapping()
    whoisit.load_bootstrap_data({"timestamp": int(time.time()), **services}, from_json=False)
    try:
        found = whoisit.domain(case.question, include_raw=True, follow_related=False, session=requests.Session())
    except ResourceDoesNotExist:
        return Understood(FREE)
    except RateLimitedError:
        return Understood(LIMITED)
    entities = found["entities"]
    assert found["name"].lower() == case.question, found["name"]
    assert found["terms_of_service_url"], "the terms of use"
    return Understood(
        REGISTERED,
        servers=[name.lower() for name in found["nameservers"]],
        holder=" ".join(one["name"] for one in entities.get("registrant", []) if one.get("name")) or None,
        registrar=" ".join(one["name"] for one in entities.get("registrar", []) if one.get("name")) or None,
        created=day(found["registration_date"]),
        expires=day(found["expiration_date"]),
        status=found["status"],
        everything=found,
    )


if __name__ == "__main__":
    run(f"whoisit {version('whoisit')}", "rdap", ask)
