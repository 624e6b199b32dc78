"""Prometheus's own tools, and what the gateway exposes, parsed by somebody
else's code."""

import subprocess

from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics)
from prometheus_client.parser import (
    text_string_to_metric_families as parse_text)

from syncbus_test import ROOT

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def tool(name):
    """The path of prometheus or promtool."""
    done = subprocess.run(["sh", ROOT / "tests/support/prometheus.sh"],
                          text=True, stdout=subprocess.PIPE, timeout=300,
                          check=True)
    return f"{done.stdout.strip()}/{name}"


def promtool(*arguments, text=None):
    """Run it; fails with what it says, which it must not say anything of."""
    done = subprocess.run([tool("promtool"), *map(str, arguments)], text=True,
                          input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False)
    assert done.returncode == 0, \
        f"promtool {' '.join(map(str, arguments))}:\n{done.stdout}"
    return done.stdout


class Scrape:
    """One answer of /metrics: its families, and samples by name and labels."""

    def __init__(self, answer):
        assert answer.status == 200, answer.text
        self.type = answer.headers["Content-Type"]
        self.text = answer.text
        parse = {OPENMETRICS: parse_openmetrics, TEXT: parse_text}[self.type]
        self.families = {family.name: family for family in parse(self.text)}
        self.samples = {}
        for family in self.families.values():
            for sample in family.samples:
                key = (sample.name, frozenset(sample.labels.items()))
                assert key not in self.samples, f"twice: {sample}"
                self.samples[key] = sample.value

    def get(self, name, **labels):
        """The value of a sample of ours; None when there is none."""
        return self.samples.get((f"syncbus_{name}",
                                 frozenset(labels.items())))
