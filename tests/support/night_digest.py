"""Prints a sum of everything that nights of ours put into memories, truths and a bad line.

A program of its own, because a process keeps one hash seed and one time zone as long as it lives.
"""

import json
import sys
from dataclasses import replace
from hashlib import sha256
from typing import Final

from watchclock_sim.line.fault_kinds import parse_fault
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.night import truth_of, walked_wand
from watchclock_sim.scenario_file import SCENARIOS, load
from watchclock_sim.wands.personality import find_personality, personality_names
from watchclock_sim.wands.vs import VsWand

BAD_LINE: Final = ["flip_bits:per_million=900", "lose_bytes:per_million=900", "noise:frame=2"]
KEYS: Final = ("head_weak", "memory_damaged", "electric_shock", "srokas_wand", "dudeks_wand")


def night_digest(seed: int) -> str:
    """The sum, which the same seed makes the same everywhere."""
    digest = sha256()
    for name in ("cheats_night", "repair_shop", "long_night"):
        scenario = load(SCENARIOS / f"{name}.toml").changed(seed=seed)
        plans = [plan for plan in scenario.wands if plan.key in KEYS]
        plans += [
            replace(
                scenario.wands[0], dialect=dialect, number=find_personality(dialect).default_number
            )
            for dialect in personality_names()
            if dialect != "fcard_reader"
        ]
        for plan in plans:
            walked = walked_wand(scenario, plan)
            digest.update(json.dumps(truth_of(scenario, plan, walked)).encode())
            if isinstance(walked.firmware, VsWand):
                line = LineFaults([parse_fault(fault) for fault in BAD_LINE], seed)
                memory = walked.firmware.memory
                for number in range(memory.oldest_page, memory.newest_page + 1):
                    digest.update(line.deliver(memory.page(number) or b"").data)
    return digest.hexdigest()


if __name__ == "__main__":
    sys.stdout.write(night_digest(int(sys.argv[1])) + "\n")
