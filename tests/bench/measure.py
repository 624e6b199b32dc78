"""Running one thing and what it cost, medians of interleaved runs, one table.

A result without its peer, its machine and its spread says nothing: each row
is measured in turns with its peer (A B A B), in one process, and the table
ends with the machine."""

import json
import os
import platform
import statistics
import subprocess
import time
from pathlib import Path

from syncbus_test import program


class Cost:
    """What one run cost: wall seconds, CPU seconds, peak resident bytes (of
    all processes of a pipeline together)."""

    def __init__(self, seconds, cpu_seconds, peak_bytes):
        self.seconds = seconds
        self.cpu_seconds = cpu_seconds
        self.peak_bytes = peak_bytes


def run_pipeline(*commands, env=None, output=None):
    """Run commands joined by pipes; fails when one of them fails."""
    environment = {**os.environ, **(env or {})}
    children, source = [], subprocess.DEVNULL
    os.sync()  # what earlier runs left to write is not this one's work
    began = time.monotonic()
    for i, command in enumerate(commands):
        is_last = i + 1 == len(commands)
        target = open(output, "wb") if is_last and output else \
            subprocess.DEVNULL if is_last else subprocess.PIPE
        report, fd = os.pipe()
        child = subprocess.Popen(
            [program("bench_cost"), str(fd), *map(str, command)],
            stdin=source, stdout=target, stderr=subprocess.DEVNULL,
            env=environment, pass_fds=[fd])
        os.close(fd)
        for handle in (source, target):
            if hasattr(handle, "close"):
                handle.close()
        source = child.stdout
        children.append((child, command, os.fdopen(report)))
    cpu_us = peak = 0
    for child, command, report in children:
        with report:
            words = report.read().split()
        if child.wait() != 0:
            raise RuntimeError(f"exit code {child.returncode}:"
                               f" {' '.join(map(str, command))}")
        cpu_us += int(words[1])
        peak += int(words[2]) * 1024
    return Cost(time.monotonic() - began, cpu_us / 1e6, peak)


def interleave(rounds, runs):
    """Call each of {name: function(round)} in turn, rounds times, each round
    beginning with another one: what runs before may matter.  Returns
    {name: [result, ...]}."""
    names = list(runs)
    results = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            results[name].append(runs[name](turn))
    return results


def median_of(costs, field):
    return statistics.median(getattr(cost, field) for cost in costs)


def add_costs(table, what, ours, peers, limits=None, peak_mib=None):
    """A row of seconds for each of peers, (label, costs), and one of memory
    for the first.  limits: {label: ratio to reach}."""
    for label, costs in peers:
        limit = (limits or {}).get(label)
        table.add(what, median_of(ours, "seconds"), label,
                  median_of(costs, "seconds"), "s",
                  target=limit and ("ratio", limit),
                  samples={"ours": [c.seconds for c in ours],
                           "peer": [c.seconds for c in costs],
                           "ours_cpu": [c.cpu_seconds for c in ours],
                           "peer_cpu": [c.cpu_seconds for c in costs]})
    label, costs = peers[0]
    table.add(what + ", peak memory", max(c.peak_bytes for c in ours) / 2**20,
              label, max(c.peak_bytes for c in costs) / 2**20, "MiB",
              target=peak_mib and ("<=", peak_mib))


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Table:
    """Rows as they come, then all of it once."""

    def __init__(self):
        self.rows = []
        self.load = os.getloadavg()[0]  # of others: before our own

    def add(self, what, ours, peer_name, peer, unit, *, more_is_better=False,
            has_ratio=True, target=None, samples=None):
        """ours and peer in unit.  The ratio is above 1 when we are better.
        target: (comparison, number) for ours, ("ratio", number) for it."""
        ratio = None
        if peer and ours and has_ratio:
            ratio = ours / peer if more_is_better else peer / ours
        row = {"what": what, "ours": ours, "peer": peer_name,
               "peer_value": peer, "unit": unit, "ratio": ratio,
               "target": target, "met": self._is_met(ours, ratio, target),
               "samples": samples}
        self.rows.append(row)
        print(self._line(row), flush=True)

    def skip(self, what, why):
        self.rows.append({"what": what, "skipped": why})
        print(f"{what}: skipped: {why}", flush=True)

    @staticmethod
    def _is_met(ours, ratio, target):
        if target is None:
            return None
        kind, limit = target
        value = ratio if kind == "ratio" else ours
        if value is None:
            return None
        return value <= limit if kind == "<=" else value >= limit

    @staticmethod
    def _number(value):
        if value is None:
            return "-"
        if value >= 1000:
            return f"{value:,.0f}".replace(",", " ")
        return f"{value:.3g}" if value < 100 else f"{value:.0f}"

    def _cells(self, row):
        if "skipped" in row:
            return [row["what"], "skipped: " + row["skipped"], "", "", "", ""]
        target = ""
        if row["target"]:
            kind, limit = row["target"]
            word = "ratio >=" if kind == "ratio" else kind
            target = f"{word} {self._number(limit)}" + \
                {True: "", False: "  MISSED", None: ""}[row["met"]]
        return [row["what"], f"{self._number(row['ours'])} {row['unit']}",
                row["peer"] or "",
                f"{self._number(row['peer_value'])} {row['unit']}"
                if row["peer_value"] else "",
                f"{row['ratio']:.2f}" if row["ratio"] else "", target]

    def _line(self, row):
        return "  ".join(cell for cell in self._cells(row) if cell)

    def __str__(self):
        head = ["what", "ours", "peer", "its value", "ratio", "target"]
        lines = [head] + [self._cells(row) for row in self.rows]
        # A row that was skipped does not widen the column of numbers.
        measured = [line for line in lines if not
                    line[1].startswith("skipped")]
        widths = [max(len(line[i]) for line in
                      (lines if i == 0 else measured)) for i in range(6)]
        text = ["  ".join(cell.ljust(width) for cell, width in
                          zip(line, widths)).rstrip() for line in lines]
        return "\n".join([text[0], "-" * len(text[0]), *text[1:], self._machine()])

    def _machine(self):
        text = f"{machine()}, load before {self.load:.1f}; ratio > 1: ours" \
            " is better"
        if self.load > os.cpu_count() / 4:
            text += "\nNOT TO BE QUOTED: the machine was busy with other work"
        return text

    def save(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(
            {"machine": self._machine(), "at": int(time.time()),
             "rows": self.rows}, indent=2, ensure_ascii=False) + "\n")


def machine():
    cpu = next((line.split(":", 1)[1].strip()
                for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    memory = next(int(line.split()[1]) for line in
                  Path("/proc/meminfo").read_text().splitlines()
                  if line.startswith("MemTotal"))
    return (f"machine: {os.cpu_count()} x {cpu}, {memory / 2**20:.1f} GiB,"
            f" Linux {platform.release()}")
