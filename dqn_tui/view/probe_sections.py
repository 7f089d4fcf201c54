"""A probe's report as text under headings: runs of text with the roles of their meaning."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from dqn_tui.probe_report import ProbedEntry, ProbedImage, ProbeReport, Spread
from dqn_tui.view.bars import draw_bars
from dqn_tui.view.text import ASCII, bar, mean_and_spread, number, plain, short_number

Line = list[tuple[str, str]]
MOST_ENTRIES = 40
MOST_ACTIONS = 20
MOST_STATES = 6
_ASCII_NAMES = {"θ": "theta"}
_BAR = 12
_NUMBER = 8


class Section(NamedTuple):
    """Lines under a heading."""

    title: str
    lines: list[Line]


def probe_sections(report: ProbeReport, width: int, marker: str) -> list[Section]:
    """Return the report in sections of lines that are at most about `width` cells wide."""
    return [
        Section("Findings", finding_lines(report, width)),
        Section("Environment", environment_lines(report)),
        Section("Episodes", _episode_lines(report, marker)),
        Section("Rewards", _reward_lines(report, marker)),
        Section("Actions", _action_lines(report, marker)),
        Section("Network", network_lines(report)),
        *([Section("Observations", _entry_lines(report, marker))] if report.entries else []),
    ]


def probe_text(report: ProbeReport, width: int, marker: str) -> str:
    """Return the report as plain text."""
    blocks = []
    for title, lines in probe_sections(report, width - 2, marker):
        rows = ["".join(text for text, _ in line) for line in lines]
        blocks.append("\n".join([title, *(f"  {row}".rstrip() for row in rows)]))
    return "\n\n".join(blocks)


def finding_lines(report: ProbeReport, width: int) -> list[Line]:
    """Return what was found, each finding wrapped behind its sign."""
    if not report.is_complete:
        return [[("looking…", "muted")]]
    if not report.findings:
        return [[("nothing to warn about", "success")]]
    lines: list[Line] = []
    for finding in report.findings:
        sign, role = ("! ", "warning") if finding.is_warning else ("· ", "muted")
        for place, part in enumerate(textwrap.wrap(plain(finding.text), max(20, width - 2))):
            lines.append([("  " if place else sign, role), (part, "text")])
    return lines


def environment_lines(report: ProbeReport) -> list[Line]:
    """Return what was probed, and how fast it is."""
    repeats = {None: "-", True: "yes", False: "no"}[report.is_deterministic]
    speed = "-" if report.steps_per_second is None else f"{short_number(report.steps_per_second)}"
    limit = "none known" if report.time_limit is None else f"{report.time_limit:,} steps"
    return [
        [(plain(report.env), "strong"), ("  seed ", "muted"), (str(report.seed), "text")],
        _pair("random steps", f"{report.steps:,}", "number"),
        _pair("steps/s alone", speed, "number"),
        _pair("time limit", limit),
        _pair("repeatable", repeats, "warning" if repeats == "no" else "text"),
    ]


def network_lines(report: ProbeReport) -> list[Line]:
    """Return what the network will take and give, and the ranges of images."""
    network = report.network
    lines: list[Line] = []
    for part in network.inputs:
        shape = "×".join(map(str, part.shape))
        how = f"  {part.encoder}" if part.encoder else ""
        lines.append([(f"{_name(part.name) or 'input':<13} ", "muted"), (f"{shape} {part.dtype}{how}", "text")])
    lines += [line for image in report.images for line in _image_lines(image)]
    hidden = ", ".join(map(str, network.hidden)) or "none"
    lines += [
        _pair("hidden layers", hidden),
        _pair("outputs", f"{network.outputs:,} for {len(report.action_counts):,} actions"),
        _pair("parameters", f"{network.parameters:,}"),
    ]
    return lines


def _image_lines(image: ProbedImage) -> list[Line]:
    spread = image.spread
    if spread.mean is None:
        return []
    text = f"{number(spread.low)} to {number(spread.high)}, mean {number(spread.mean)}, {image.zero_fraction:.0%} zeros"
    return [[(f"{'values':<13} ", "muted"), (text, "text")]]


def _episode_lines(report: ProbeReport, marker: str) -> list[Line]:
    episodes = report.episodes
    ends = [_pair("ends", f"{episodes.terminated:,} terminated  {episodes.truncated:,} truncated")]
    if episodes.open_steps:
        ends.append(_pair("still open", f"after {episodes.open_steps:,} steps", "muted"))
    if not episodes.returns:
        return [[("no whole episode", "warning" if report.is_complete else "muted")], *ends]
    return [
        [(f"{len(episodes.returns):,}", "number"), (" whole ones", "muted")],
        *_list_lines("return", episodes.returns, marker),
        *_list_lines("length", episodes.lengths, marker),
        *ends,
    ]


def _list_lines(name: str, values: Sequence[float], marker: str) -> list[Line]:
    """Return mean, deviation, range and histogram of a few numbers."""
    spread = spread_of(values)
    if spread.mean is None or spread.std is None:
        return [_pair(name, "not finite", "warning")]
    span = f"  {number(spread.low)} to {number(spread.high)} "
    row: Line = [(f"{name:<13} ", "muted"), (mean_and_spread(spread.mean, spread.std), "number"), (span, "text")]
    return [[*row, (_draw(spread, marker), "bar")]]


def spread_of(values: Sequence[float], bins: int = _BAR) -> Spread:
    """Return the statistics of a list of numbers."""
    finite = [value for value in values if abs(value) < float("inf")]
    if not finite:
        return Spread(0, non_finite=len(values))
    low, high = min(finite), max(finite)
    # Shares and halves, for sums and ranges may be larger than any float.
    mean = sum(value / len(finite) for value in finite)
    std = sum((value - mean) * (value - mean) / len(finite) for value in finite) ** 0.5
    span = high / 2 - low / 2
    counts = [0] * bins
    for value in finite:
        counts[min(bins - 1, int((value / 2 - low / 2) / span * bins)) if span > 0 else 0] += 1
    return Spread(len(finite), low, high, mean, std, len(values) - len(finite), tuple(counts))


def _reward_lines(report: ProbeReport, marker: str) -> list[Line]:
    rewards, steps = report.rewards, max(1, report.steps)
    share = rewards.nonzero / steps
    lines = [_share_line("other than 0", share, marker)]
    if rewards.spread.mean is None or rewards.spread.std is None:
        return lines
    if rewards.distinct > len(rewards.values):
        spread = rewards.spread
        text = mean_and_spread(spread.mean or 0.0, spread.std or 0.0)
        span = f"  {number(spread.low)} to {number(spread.high)} "
        lines.append([(f"{'reward':<13} ", "muted"), (text, "number"), (span, "text"), (_draw(spread, marker), "bar")])
        return lines
    for value, count in rewards.values:
        lines.append(_share_line(f"reward {number(value)}", count / steps, marker))
    return lines


def _action_lines(report: ProbeReport, marker: str) -> list[Line]:
    counts, names = report.action_counts, report.action_names
    total = max(1, sum(counts))
    labels = names if len(names) == len(counts) else [f"action {action}" for action in range(len(counts))]
    lines = [
        _share_line(plain(label), count / total, marker)
        for label, count in list(zip(labels, counts, strict=True))[:MOST_ACTIONS]
    ]
    if len(counts) > MOST_ACTIONS:
        lines.append([(f"+{len(counts) - MOST_ACTIONS:,} more", "muted")])
    return lines


def _entry_lines(report: ProbeReport, marker: str) -> list[Line]:
    """Return a row for each entry: name, range, mean, deviation and histogram; of a state, how often it was met."""
    if report.is_one_hot:
        return _state_lines(report, marker)
    shown = report.entries[:MOST_ENTRIES]
    names = [_named(entry, place, marker) for place, entry in enumerate(shown)]
    width = min(20, max(map(len, names)))
    heads = "".join(f"{word:>{_NUMBER}}" for word in ("low", "high", "mean", "std"))
    lines: list[Line] = [[(f"{'':<{width}}{heads}", "muted")]]
    for name, entry in zip(names, shown, strict=True):
        spread = entry.spread
        values = "".join(f"{_short(value):>{_NUMBER}}" for value in (spread.low, spread.high, spread.mean, spread.std))
        drawn = "constant" if spread.is_constant else _draw(spread, marker)
        lines.append([(f"{name[:width]:<{width}}", "muted"), (values, "text"), (f"  {drawn}", "bar")])
    if rest := report.entries[MOST_ENTRIES:]:
        known = [entry.spread for entry in rest if entry.spread.low is not None]
        low, high = (min((s.low or 0.0 for s in known), default=0.0), max((s.high or 0.0 for s in known), default=0.0))
        lines.append([(f"+{len(rest):,} more, from {number(low)} to {number(high)}", "muted")])
    return lines


def _state_lines(report: ProbeReport, marker: str) -> list[Line]:
    """Return the number of states, and those that were met most often."""
    shares = [entry.spread.mean or 0.0 for entry in report.entries]
    seen = sum(share > 0 for share in shares)
    most = sorted(range(len(shares)), key=lambda state: -shares[state])[:MOST_STATES]
    return [
        [(f"{seen:,} of {len(shares):,}", "number"), (" states were met, most often", "muted")],
        *(
            _share_line(_name(report.entries[state].name) or f"state {state}", shares[state], marker)
            for state in most
            if shares[state] > 0
        ),
    ]


def _named(entry: ProbedEntry, place: int, marker: str) -> str:
    name = _name(entry.name) or f"entry {place}"
    for letter, word in _ASCII_NAMES.items() if marker == ASCII else ():
        name = name.replace(letter, word)
    return name


def _name(name: str) -> str:
    return plain(name)


def _draw(spread: Spread, marker: str) -> str:
    """Return a histogram, a cell for each part."""
    return draw_bars(map(float, spread.histogram), 0.0, float(max(spread.histogram, default=0) or 1), marker)


def _share_line(name: str, share: float, marker: str) -> Line:
    return [(f"{name[:20]:<13} ", "muted"), (f"{_percent(share):>8} ", "number"), (bar(share, _BAR, marker), "bar")]


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.0005 or share == 0 else "<0.1%"


def _short(value: float | None) -> str:
    return short_number(value) if value is None or abs(value) >= 1e3 else number(value)


def _pair(name: str, value: str, role: str = "text") -> Line:
    return [(f"{name:<13} ", "muted"), (value, role)]
