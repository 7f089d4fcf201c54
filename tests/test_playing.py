"""How often a person does what the policy would have done."""

from __future__ import annotations

from dqn_tui.playing import Agreement


def test_agreement_counts_equal_actions() -> None:
    agreement = Agreement()
    for action, other in ((0, 0), (1, 0), (2, 2), (2, 1)):
        agreement = agreement.after(action, other)
    assert agreement == Agreement(2, 4, 1)
    assert agreement.share == 0.5


def test_without_a_policy_there_is_no_agreement() -> None:
    assert Agreement().after(0, None).share is None
