"""rdap-test (icann-rdap-cli), ICANN's checks of RDAP answers: three runs over each object (plain, with an Origin, with an
exts_list in Accept), as warnings and errors against STD 95, and against the gTLD profile for names below .brussels and
.vlaanderen. What it says fails, except what `rdap_test_allowed.txt` lists with the reason."""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from fnmatch import fnmatchcase
from pathlib import Path

# It asks a resolver of its own for names, so that it is given an address.
BASE = os.environ["RDAP"].replace("localhost", "127.0.0.1")
PROGRAM = os.path.join(os.environ["CLIENTS"], "cargo/bin/rdap-test")
GTLD = (".brussels", ".vlaanderen")


def paths() -> list[str]:
    """Every name that data/sample/README.md tells apart, and an object of each other class."""
    readme = Path(os.environ["HERE"], "../../data/sample/README.md").read_text(encoding="utf-8")
    seeds = readme.split("## The named seeds")[1].split("## ")[0]
    first_columns = " ".join(line.split("|")[1] for line in seeds.splitlines() if line.startswith("| `"))
    names = re.findall(r"`([a-z0-9.-]+\.(?:be|brussels|vlaanderen))`", first_columns)
    assert len(names) > 40, names
    others = ["entity/c1001", "entity/99001", "entity/c26511", "nameserver/ns1.bedrijf.be",
              "nameserver/ns1.xn--belgi-rsa.be", "nameserver/ns1.dienst.example", "entity/bestaat-niet",
              "nameserver/ns.bestaat-niet.example", "help"]
    searches = ["domains?name=bedrijf*.be", "domains?nsLdhName=ns1.bedr*.be", "domains?nsIp=192.0.2.1",
                "nameservers?name=ns1.bedr*.be", "nameservers?ip=192.0.2.1", "entities?fn=Bedrijf*", "entities?handle=c1001*",
                "domains?name=b*.be&count=true&sort=name:d", "domains?name=b*.be&fieldSet=brief",
                "domains?name=bestaat-niet*.be", "domains/reverse_search/entity?handle=c1001&role=registrant",
                "nameservers/reverse_search/entity?handle=99001&role=registrar"]
    offered = [path for path in searches if status(path) != 501]
    return [f"domain/{name}" for name in names] + others + offered


def status(path: str) -> int:
    try:
        with urllib.request.urlopen(BASE + path, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def found(path: str) -> tuple[int, set[str]]:
    """In how many runs an answer was tested, and what the tool says of it."""
    command = [PROGRAM, "--skip-v6", "--one-addr", "--max-retry-secs", "1", "-L", "off", "--json"]
    command += ["-g", "gtld"] if path.endswith(GTLD) else []
    # It ends with a code where it says something.
    output = subprocess.run([*command, BASE + path], capture_output=True, timeout=60).stdout
    results = json.loads(output)["Http"]
    said = {tell(check) for check in results["service_checks"]}
    outcomes = 0
    for run in results["test_runs"]:
        # 404 is the right answer for a name that is not registered: the tool tells that as an outcome.
        outcomes += run["outcome"] in ("Tested", "HttpNotFound", "HttpNon200Error")
        if run["outcome"] not in ("Tested",) and status(path) == 200:
            said.add(f"outcome {run['outcome']}")
        said |= {tell(summary) for summary in run["summaries"]}
    return outcomes, said


def tell(summary: object) -> str:
    """The class and name of a check, and where in the answer (without the places in arrays)."""
    if not isinstance(summary, dict):
        return str(summary)
    item = summary.get("item", summary)
    structure = re.sub(r"/\[\d+\]", "", summary.get("structure", "service"))
    return f"{item['check_class']} {item['check']} {structure}"


def main() -> None:
    lines = Path(os.environ["HERE"], "rdap_test_allowed.txt").read_text(encoding="utf-8").splitlines()
    allowed = {line.split(" -- ")[0] for line in lines if line and not line.startswith("#")}
    used, failed = set(), False
    for path in paths():
        runs, said = found(path)
        fitting = {(what, line) for what in said for line in allowed if fnmatchcase(f"{path} {what}", line)}
        used |= {line for _, line in fitting}
        wrong = sorted(said - {what for what, _ in fitting})
        if runs != 3:
            wrong.append(f"{runs} of 3 runs")
        failed |= bool(wrong)
        told = f"ok rdap-test {path}: {runs} runs, {len(said)} remarks allowed"
        print(f"not ok rdap-test {path}: {'; '.join(wrong)}" if wrong else told)
    for line in sorted(allowed - used):
        failed = True
        print(f"not ok rdap-test allowed, but no longer said: {line}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
