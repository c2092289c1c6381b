"""Schemathesis (PyPI) makes requests from the OpenAPI description at `openapi.json`, sound and unsound ones. Checked: no
5xx that is not described, no status and no media type that is not described, bodies as their schemas say, headers as
described. The seed is fixed, and so is the number of requests for each route."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from importlib.metadata import version
from pathlib import Path

CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
          "response_headers_conformance")
#: What a server may answer that offers no search, or has no data yet: both are described. A 500 never is right.
SETTINGS = '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", "501", "503"]\n'


def main() -> None:
    base, work = os.environ["RDAP"], Path(os.environ["WORK"])
    try:
        with urllib.request.urlopen(base + "openapi.json", timeout=20) as answer:
            description = work / "openapi.json"
            description.write_bytes(answer.read())
    except urllib.error.HTTPError as error:
        print(f"not ok schemathesis description: {base}openapi.json answers {error.code}")
        sys.exit(1)
    settings = work / "schemathesis.toml"
    settings.write_text(SETTINGS, encoding="utf-8")
    program = os.path.join(os.environ["CLIENTS"], "pypi/bin/schemathesis")
    command = [sys.executable, program, "--config-file", str(settings), "run", str(description), "--url", base]
    command += ["--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--seed", "4"]
    command += ["--request-timeout", "20", "--tls-verify", os.environ["SSL_CERT_FILE"], "--workers", "1", "--no-color"]
    command += ["--continue-on-failure", "--max-failures", "20", "--generation-database", "none"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, cwd=work)
    (work / "schemathesis.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    told = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    if done.returncode == 0:
        print(f"ok schemathesis {version('schemathesis')} description: {' '.join(told[-6:])}")
    else:
        print("\n".join(told[-150:] + done.stderr.splitlines()[-20:]))
        print(f"not ok schemathesis {version('schemathesis')} description: see above")
    sys.exit(1 if done.returncode else 0)


if __name__ == "__main__":
    main()
