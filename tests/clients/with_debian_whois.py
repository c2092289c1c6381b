"""Debian's whois(1) 5.5: prints what it gets. Checked: the answer reaches the terminal whole and in UTF-8, an IDN may be
asked for as it is written, and the words that stand there, read here in both layouts, are those of the case."""

import re
import subprocess
from datetime import datetime

from cases import ERROR, FREE, LIMITED, REGISTERED, Case, Understood, day, run, whois_port


def lookup(question: str, port: int) -> str:
    command = ["whois", "-h", "127.0.0.1", "-p", str(port), "--", question]
    return subprocess.run(command, capture_output=True, check=True, timeout=20, text=True).stdout.replace("\r\n", "\n")


def ask(case: Case) -> Understood:
    port = whois_port(case)
    text = lookup(case.question, port)
    if case.name == "IDN":
        assert lookup("belgië.be", port) == text, "the same answer for both spellings"
        assert "Domain:\tbelgië.be\n" in text or "Domain:\txn--belgi-rsa.be\n" in text, text
    if "Quota exceeded" in text:
        return Understood(LIMITED, everything=text)
    return gtld(text) if case.question.endswith(".brussels") else be(text)


def be(text: str) -> Understood:
    """The layout of .be: a heading, and its values below it behind a tab."""
    def below(heading: str) -> str:
        part = re.search(rf"^{heading}:\n((?:\t.*\n)*)", text, re.MULTILINE)
        return part.group(1) if part else ""

    def first(pattern: str, part: str) -> str:
        value = re.search(pattern, part, re.MULTILINE)
        return value.group(1).strip() if value else ""

    status = re.findall(r"^Status:\t(.*)$", text, re.MULTILINE)
    registered = first(r"^Registered:\t(.*)$", text)
    return Understood(
        (FREE if status == ["AVAILABLE"] else REGISTERED) if status else ERROR,
        servers=[line.split()[0] for line in below("Nameservers").splitlines() if line.strip()],
        holder=first(r"^\tOrgani[sz]ation:\s*(.*)$", below("Registrant")),
        registrar=first(r"^\tName:\s*(.*)$", below("Registrar")),
        created=registered and month_first(registered),
        status=status,
        everything=text,
    )


def month_first(told: str) -> str:
    """`Wed Oct 1 2014` as a day."""
    return day(datetime.strptime(told, "%a %b %d %Y"))


def gtld(text: str) -> Understood:
    """The layout of gTLDs: a key and a value on each line."""
    values: dict[str, list[str]] = {}
    for key, value in re.findall(r"^([A-Z][^:\n]*): (.*)$", text, re.MULTILINE):
        values.setdefault(key, []).append(value.strip())
    if "Domain Name" not in values:
        return Understood(ERROR, everything=text)
    return Understood(
        REGISTERED,
        servers=[name.lower() for name in values.get("Name Server", [])],
        holder=values.get("Registrant Organization", [""])[0],
        registrar=values.get("Registrar", [""])[0],
        created=values["Creation Date"][0][:10],
        expires=values["Registry Expiry Date"][0][:10],
        status=[one.split()[0] for one in values["Domain Status"]],
        everything=text,
    )


if __name__ == "__main__":
    run("debian_whois", "whois", ask)
