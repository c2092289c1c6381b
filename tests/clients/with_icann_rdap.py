"""rdap (icann-rdap-cli), ICANN's command line client. It shows an answer as text in the terms of WHOIS, and exits with a
code of its own where the answer is an error. Checked: that text, and the error that it shows."""

import json
import os
import re
import subprocess

from cases import ERROR, FREE, LIMITED, REGISTERED, Case, Understood, rdap_base, run

PROGRAM = os.path.join(os.environ["CLIENTS"], "cargo/bin/rdap")


def lookup(case: Case, form: str) -> str:
    # Asks the registry alone, remembers nothing, and waits a second where it is told to wait longer.
    command = [PROGRAM, "-N", "-B", rdap_base(case), "--registry", "--max-retry-secs", "1", "-L", "off", "-O", form]
    return subprocess.run([*command, case.question], capture_output=True, timeout=60, text=True).stdout


def ask(case: Case) -> Understood:
    raw = json.loads(lookup(case, "json"))
    if "errorCode" in raw:
        state = {404: FREE, 429: LIMITED}.get(raw["errorCode"], ERROR)
        return Understood(state, words=raw["title"])
    text = lookup(case, "gtld-whois")
    values: dict[str, list[str]] = {}
    for key, value in re.findall(r"^([A-Z][^:\n]*): (.*)$", text, re.MULTILINE):
        values.setdefault(key, []).append(value.strip())
    holder = values.get("Registrant Organization", values.get("Registrant Name", [""]))[0]
    return Understood(
        REGISTERED,
        servers=[name.lower() for name in values.get("Name Server", [])],
        holder=None if holder.startswith("////REDACTED") else holder or None,
        registrar=values.get("Registrar", [None])[0],
        created=values["Creation Date"][0][:10],
        expires=values["Registry Expiry Date"][0][:10],
        status=values["Domain Status"],
        words="holder told to be redacted" if holder.startswith("////REDACTED") else "",
        everything=(raw, text),
    )


if __name__ == "__main__":
    # It shows the name server of an IDN as a U-label.
    run("icann-rdap-cli 0.0.30", "rdap", ask, {"IDN": {"servers": ["ns1.belgië.be", "ns1.dienst.example"]}})
