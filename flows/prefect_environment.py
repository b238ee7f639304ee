"""Prefect's settings are ours: set before it is imported, for its server as for its client."""

import os
from pathlib import Path

import certifi

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"

SERVICES_OFF = (
    "CANCELLATION_CLEANUP",
    "CLEANUP_RECONCILER",
    "FOREMAN",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "REPOSSESSOR",
    "SCHEDULER",
    "TASK_RUN_RECORDER",
    "TRIGGERS",
)
"""Loops of the server that serve deployments, tasks and automations, of which there are none here."""


def environment(data_dir: Path, api_url: str) -> dict[str, str]:
    """The variables for a Prefect client or server of this installation.

    Nothing leaves the machine, no result is kept, logs stay with the process that wrote them, old flow
    runs are deleted after 90 days, and a server that does not answer is given up on within seconds.
    """
    return {
        "PREFECT_HOME": str(data_dir.absolute() / "prefect"),
        "PREFECT_API_URL": api_url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_CLIENT_MAX_RETRIES": "1",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_API_REQUEST_TIMEOUT": "5",
        "PREFECT_EVENTS_WORKER_MAX_QUEUE_SIZE": "1000",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in SERVICES_OFF},
        **_loopback(data_dir, api_url),
    }


def _loopback(data_dir: Path, api_url: str) -> dict[str, str]:
    """For plain http, one certificate instead of a whole bundle.

    Prefect's clients, several for each flow run, load the bundle whether they speak TLS or not; it was
    a sixth of a worker's time in a played year.
    """
    if not api_url.startswith("http://"):
        return {}
    one = data_dir.absolute() / "prefect" / "one-certificate.pem"
    if not one.exists():
        one.parent.mkdir(parents=True, exist_ok=True)
        first, end, _ = Path(certifi.where()).read_text(encoding="utf-8").partition(END)
        one.write_text(first[first.index(BEGIN) :] + end + "\n", encoding="ascii")
    return {"PREFECT_API_SSL_CERT_FILE": str(one)}


def apply(data_dir: Path, api_url: str) -> None:
    """Sets the variables in this process. Call it before anything imports Prefect."""
    os.environ.update(environment(data_dir, api_url))
