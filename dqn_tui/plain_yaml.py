"""YAML of plain values from an untrusted file: bounded, without objects, aliases or duplicate keys."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from dqn_tui.config_file import read_config_file
from dqn_tui.errors import UsageError

# Only a number of absurdly many digits is longer.
MAX_TEXT_LENGTH = 1_000
TAGS = {f"tag:yaml.org,2002:{name}" for name in ("bool", "float", "int", "map", "null", "seq", "str")}


def read_plain_yaml(path: Path) -> Any:
    """Return the contents of a `--config` file as dicts, lists, strings, numbers, booleans and None.

    Raises:
        UsageError: it cannot be read, is too large, or is not plain YAML.
    """
    try:
        return yaml.load(read_config_file(path), _PlainLoader)
    # PyYAML's own constructors let Python's errors through, for `!!bool maybe` or `!!float x`.
    except (yaml.YAMLError, ValueError, LookupError, RecursionError) as error:
        raise UsageError(f"--config {path} is not plain YAML: {_explain(error)}") from None


def _explain(error: Exception) -> str:
    """Return PyYAML's message on one line, without its excerpt of the file."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        reason = " ".join(filter(None, (error.context, error.problem)))
        return f"{reason}, line {error.problem_mark.line + 1}"
    return " ".join(str(error).split())


class _PlainLoader(yaml.SafeLoader):
    """A `SafeLoader` that refuses all but plain values."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            alias = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="an alias", problem_mark=alias.start_mark)
        node = super().compose_node(parent, index)
        problem = _problem_of(node) if node else None
        if node and problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        return node


def _problem_of(node: yaml.Node) -> str | None:
    if node.tag not in TAGS:
        return f"the tag {node.tag[:80]}"
    if isinstance(node, yaml.ScalarNode) and len(node.value) > MAX_TEXT_LENGTH:
        return f"a value of more than {MAX_TEXT_LENGTH:,} characters"
    if isinstance(node, yaml.MappingNode):
        counts = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        return next((f"the key {key!r} twice" for key, count in counts.items() if count > 1), None)
    return None
