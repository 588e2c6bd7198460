"""A reason with values is a text for everybody, and sentence and values for a translator."""

import pickle

from watchclock_protocol.filled_reasons import FilledReason


def test_a_filled_reason_is_a_text_that_knows_its_sentence() -> None:
    reason = FilledReason("its {name} is “{shown}”", name="kind", shown="{7}")
    assert reason == "its kind is “{7}”"
    assert reason.template.format(**reason.fields) == reason


def test_a_filled_reason_survives_the_way_to_another_process() -> None:
    reason = FilledReason("its {name} is “{shown}”", name="kind", shown="{7}")
    come: FilledReason = pickle.loads(pickle.dumps(reason))  # noqa: S301 - our own bytes
    assert come == reason
    assert (come.template, come.fields) == (reason.template, reason.fields)
