"""rdap by 20C (PyPI), an RDAP client that follows the handles of administrative and technical contacts with lookups of
their own. Checked: all of those succeed, and a refusal raises the right error."""

from importlib.metadata import version

from cases import ERROR, FREE, LIMITED, REGISTERED, Case, Understood, rdap_base, run
from rdap.client import RdapClient
from rdap.exceptions import RdapHTTPError, RdapNotFoundError


def ask(case: Case) -> Understood:
    client = RdapClient({"bootstrap_url": rdap_base(case), "timeout": 20})
    try:
        found = client.get_domain(case.question)
    except RdapNotFoundError:
        return Understood(FREE)
    except RdapHTTPError as error:
        return Understood(LIMITED if str(error).endswith("429") else ERROR, words=str(error))
    parsed = found.parsed()
    followed = [status for _, status in client.history[1:]]
    assert all(status == 200 for status in followed), client.history
    return Understood(
        REGISTERED,
        words=f"{found.name}, {len(followed)} contacts followed",
        everything=(parsed, found.data),
    )


if __name__ == "__main__":
    nothing = {what: "" for what in ("holder", "registrar", "created", "expires", "servers", "status")}
    # It is made for address space: it shows no more of a domain than its name and contacts.
    run(f"rdap {version('rdap')}", "rdap", ask, {"*": nothing})
