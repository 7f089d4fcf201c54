"""What a user should know of an environment before training: conclusions from what a random policy met."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dqn_tui.config import Config
from dqn_tui.probe_report import Finding, ProbeReport
from dqn_tui.view.text import duration, number, plain

LARGE_ENTRY = 10.0
SPARSE_FRACTION = 0.01
# Of learned rewards: the largest of all, and one that is exceeded often.
LARGEST_REWARD = 5.0
LARGE_REWARD, LARGE_REWARD_FRACTION = 2.0, 0.05
LARGE_RETURN, MODERATE_RETURN = 200.0, 100.0
SMALLEST_SCALE = 1e-9
"""The bound of `reward_scale`."""
LONG_SECONDS = 3_600.0
_FEW_EPISODES = 3
_MOST_NAMED = 4


def find_problems(report: ProbeReport, config: Config) -> tuple[Finding, ...]:
    """Return warnings and then what is worth knowing, the most important first.

    Args:
        report: the measurements.
        config: the settings that would be trained with.
    """
    found = [
        *_non_finite(report),
        *_not_repeatable(report),
        *_episodes(report),
        *_rewards(report),
        *_large_rewards(report, config),
        *_observations(report, config),
        *_worth_knowing(report, config),
    ]
    return tuple(sorted(found, key=lambda finding: not finding.is_warning))


def _non_finite(report: ProbeReport) -> Iterator[Finding]:
    rewards = report.rewards.spread.non_finite
    if rewards:
        yield Finding("non_finite_rewards", f"{rewards:,} rewards are not finite: training ends at the first of them")
    spreads = [entry.spread for entry in report.entries] + [image.spread for image in report.images]
    entries = sum(spread.non_finite for spread in spreads)
    if entries:
        text = f"{entries:,} numbers of the observations are not finite: training ends at the first of them"
        yield Finding("non_finite_observations", text)


def _not_repeatable(report: ProbeReport) -> Iterator[Finding]:
    if report.is_deterministic is False:
        yield Finding(
            "not_deterministic",
            "the same seed and the same actions gave another episode: runs cannot be repeated, nor resumed exactly",
        )


def _episodes(report: ProbeReport) -> Iterator[Finding]:
    episodes, steps = report.episodes, f"{report.steps:,} steps"
    if not episodes.returns:
        if report.time_limit is None:
            limit = _round_up(report.steps)
            text = f"no episode ended in {steps}, and no time limit is known: --set time_limit={limit} sets one"
            yield Finding("endless_episodes", text)
        else:
            text = f"no episode ended in {steps}; the time limit is {report.time_limit:,}"
            yield Finding("long_episodes", text, is_warning=False)


def _rewards(report: ProbeReport) -> Iterator[Finding]:
    rewards, returns = report.rewards, report.episodes.returns
    steps = f"{report.steps:,} steps"
    if not report.steps:
        return
    if not rewards.nonzero:
        yield Finding(
            "no_reward",
            f"no reward in {steps}: random play never finds one, so nothing can be learned before exploration does",
        )
    elif rewards.nonzero < SPARSE_FRACTION * report.steps:
        yield Finding(
            "sparse_reward",
            f"only {rewards.nonzero:,} of {steps} gave a reward: learning will be slow; n_steps=3 or more and a longer "
            f"exploration_fraction help",
        )
    elif len(returns) >= _FEW_EPISODES and len(set(returns)) == 1:
        text = f"all {len(returns):,} episodes had the return {number(returns[0])}: random play found nothing better"
        yield Finding("same_returns", f"{text}, so a longer exploration_fraction is needed")


def _large_rewards(report: ProbeReport, config: Config) -> Iterator[Finding]:
    rewards, values = report.rewards, report.episodes.largest_discounted
    if config.distribution == "c51":
        if values > max(abs(config.v_min), abs(config.v_max)):
            text = (
                f"discounted returns reach {number(values)}, beyond v_min={config.v_min:g} and v_max={config.v_max:g}"
            )
            yield Finding("outside_support", f"{text} of C51: set them wider, or a smaller reward_scale")
        return
    is_often = rewards.beyond_one > LARGE_REWARD_FRACTION * report.steps and rewards.largest_learned > LARGE_REWARD
    if is_often or rewards.largest_learned > LARGEST_REWARD or values > LARGE_RETURN:
        factor = 1 / max(rewards.largest_learned, values / MODERATE_RETURN)
        scale = _round_down(max(SMALLEST_SCALE, config.reward_scale * factor))
        clip = " or clip_rewards=true" if rewards.largest_learned > 1 else ""
        yield Finding(
            "large_rewards",
            f"{_share(rewards.beyond_one, report.steps)} of the learned rewards are beyond 1, the largest is "
            f"{number(rewards.largest_learned)}, and discounted returns reach {number(values)}, where the Huber loss "
            f"is linear: --set reward_scale={scale:g}{clip}",
        )


def _observations(report: ProbeReport, config: Config) -> Iterator[Finding]:
    large = [place for place, entry in enumerate(report.entries) if entry.spread.largest > LARGE_ENTRY]
    if large and not config.normalize_observations:
        keys = (
            ("normalize_observations",)
            if config.scale_observations
            else ("scale_observations", "normalize_observations")
        )
        advice = " or ".join(f"{key}=true" for key in keys)
        largest = max(report.entries[place].spread.largest for place in large)
        text = f"{_names(report, large)} reach {number(largest)}, which drowns smaller entries: --set {advice}"
        yield Finding("unscaled_observations", text)
    constant = [place for place, entry in enumerate(report.entries) if entry.spread.is_constant]
    if constant and report.is_one_hot:
        seen = len(report.entries) - sum(1 for place in constant if report.entries[place].spread.high == 0)
        text = f"{seen:,} of {len(report.entries):,} states were seen"
        yield Finding("unseen_states", text, is_warning=False)
    elif constant and report.steps > 1:
        text = f"{_names(report, constant)} never changed: {len(constant):,} of {len(report.entries):,} entries"
        yield Finding("constant_observations", text, is_warning=len(constant) == len(report.entries))
    for image in report.images:
        if image.is_constant and report.steps > 1:
            name = f"the image {plain(image.name)}" if image.name else "the image"
            yield Finding("constant_image", f"{name} never changed")


def _worth_knowing(report: ProbeReport, config: Config) -> Iterator[Finding]:
    if report.masked_fraction is not None:
        text = f"masks forbid {report.masked_fraction:.0%} of the actions on average; acting and targets respect them"
        yield Finding("action_masks", text, is_warning=False)
    if report.steps_per_second:
        seconds = config.total_timesteps / report.steps_per_second
        if seconds > LONG_SECONDS:
            text = f"the environment alone takes {duration(seconds)} for total_timesteps={config.total_timesteps:,}"
            yield Finding("slow", f"{text}; num_envs with vectorization=parallel shortens that", is_warning=False)
    for remark in report.remarks:
        yield Finding("preparation", plain(remark), is_warning=False)


def _names(report: ProbeReport, places: list[int]) -> str:
    """Return the first few entries by name."""
    named = [plain(report.entries[place].name) or f"entry {place}" for place in places[:_MOST_NAMED]]
    return ", ".join(named) + (f" and {len(places) - len(named):,} more" if len(places) > len(named) else "")


def _share(count: int, total: int) -> str:
    share = count / total if total else 0.0
    return f"{share:.0%}" if share >= 0.01 or not count else "under 1 %"


def _round_up(count: int) -> int:
    """Round up to one significant digit."""
    power = int(10 ** (len(str(max(1, count))) - 1))
    return -(-max(1, count) // power) * power


def _round_down(value: float) -> float:
    """Round down to one significant digit."""
    power = 10.0 ** math.floor(math.log10(value))
    return float(f"{math.floor(value / power + 1e-9) * power:.1g}")
