"""The filter of the list of runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.errors import UsageError
from dqn_tui.view.listed_run import STATE_SIGNS, ListedRun
from dqn_tui.view.run_filter import EXAMPLES, parse_filter
from tests.helpers import one_line

NOW = 10_000.0
RUN = ListedRun(
    "/runs/a",
    "CartPole-v1__sweep__20261101-120000",
    label="sweep",
    env="CartPole-v1",
    state="solved",
    started_at=NOW - 7_200,
    step=27_400,
    total_steps=50_000,
    best=437.2,
    preset="cartpole",
    settings={"gamma": 0.9, "double": True, "n_steps": 1, "net_arch": [64, 64], "learning_rate": "lin_1e-3"},
    changes={"gamma": 0.9, "net_arch": [64, 64]},
    tags=("good", "paper"),
    note="Second try",
    size_bytes=3 * 1024**2,
)


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "-", '"', "cart", "CARTPOLE solved", '"second try"', 'note:"second try"', "env:cart", "state:sol",
        "tag:pap", "tag=paper", "tag!=other", "name:sweep", "preset=cartpole", "best>400", "best<=437.2", "steps<30k",
        "steps>=2.74e4", "size>1MB", "size<1GB", "age>1h", "age<=2h", "gamma=0.9", "gamma>0.5",
        "gamma!=0.99", "double=true", "n_steps=1", "net_arch=[64,64]", "net_arch:64", "learning_rate=LIN_1e-3",
        "-failed", "-state:failed", "-gamma=0.99", "cart -acrobot best>400 tag:good",
    ],
)  # fmt: skip
def test_a_filter_accepts_what_it_describes(text: str) -> None:
    assert parse_filter(text).accepts(RUN, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "acrobot", "-cart", "env:acro", "env=cart", "state:failed", "tag:bad", "tag=pap", "best<400", "best>437.2",
        "best!=437.2", "steps>1M", "size>1GB", "age<1h", "gamma=0.99", "gamma=1", "double=1", "n_steps=true",
        "double>0", "net_arch=64", "learning_rate>0", "batch_size=64", "batch_size!=64", "cart best<400",
    ],
)  # fmt: skip
def test_a_filter_refuses_what_it_does_not_describe(text: str) -> None:
    assert not parse_filter(text).accepts(RUN, NOW)


def test_a_run_that_is_not_read_has_no_numbers_but_its_age() -> None:
    run = ListedRun("/runs/b", "b", started_at=NOW - 60)
    for text in ("best>0", "best<0", "best!=0", "size>0", "gamma!=1"):
        assert not parse_filter(text).accepts(run, NOW)
    assert parse_filter("age<2m").accepts(run, NOW)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("evn:cart", "nothing is called 'evn'"),
        ("bets>400", "did you mean"),
        ("lr=1", "did you mean learning_rate?"),
        ("best>", "best> needs a value, such as best>100"),
        ("env:", "env: needs a value, such as env:cart"),
        ("best>abc", "best is compared with a number, with a unit of k, M or none, got 'abc'"),
        ("age<2x", "with a unit of s, m, h, d, w, y or none"),
        ("gamma<abc", "gamma is compared with a number, got 'abc'"),
        ("best:4", "best is a number: compare it, as in best>100"),
        ("env>cart", "env is a text: search it with env:cart"),
        ("state:runnning", "no state is called 'runnning'; there are running, interrupted"),
    ],
)
def test_a_bad_filter_says_why_in_one_line(text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_filter(text)
    assert why in one_line(str(caught.value))


def test_the_examples_are_filters() -> None:
    assert [parse_filter(example) for example in EXAMPLES]


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_refused_in_one_line(text: str) -> None:
    try:
        found = parse_filter(text)
    except UsageError as error:
        one_line(str(error))
    else:
        assert found.accepts(RUN, NOW) in (True, False)


WORDS = st.text(st.characters(codec="ascii", categories=("Ll", "Nd")), min_size=1, max_size=4)


@given(st.lists(WORDS, max_size=4), st.lists(WORDS, max_size=4))
def test_words_are_all_wanted_and_none_of_the_negated(wanted: list[str], refused: list[str]) -> None:
    text = " ".join([*wanted, *(f"-{word}" for word in refused)])
    expected = all(word in RUN.words for word in wanted) and not any(word in RUN.words for word in refused)
    assert parse_filter(text).accepts(RUN, NOW) is expected


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.sampled_from(["<", "<=", ">", ">=", "=", "!="]))
def test_numbers_are_compared_as_python_does(best: float, limit: float, sign: str) -> None:
    run = ListedRun("/runs/c", "c", best=best)
    expected = {
        "<": best < limit, "<=": best <= limit, ">": best > limit, ">=": best >= limit, "=": best == limit,
        "!=": best != limit,
    }[sign]  # fmt: skip
    assert parse_filter(f"best{sign}{limit!r}").accepts(run, NOW) is expected


def test_every_state_of_a_run_has_a_sign() -> None:
    from dqn_tui.runs.summaries import RunStatus

    assert list(STATE_SIGNS) == [state.value for state in RunStatus]
