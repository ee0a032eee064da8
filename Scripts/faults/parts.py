"""The parts of the harness, in the order in which they stand in the table."""

import importlib
import os

PARTS = ["calls", "kills", "power", "disks", "names", "hang", "rebuild", "limits", "clocks",
         "threads", "damage", "stores", "mutate", "bombs", "fuzz"]


def load(name):
    """The module of a part, with what it does not say filled in."""
    module = importlib.import_module(name)
    for attribute, value in (("NAME", name), ("WEIGHT", 3), ("SAMPLE", 5), ("SHARDS", 1)):
        if not hasattr(module, attribute):
            setattr(module, attribute, value)
    return module


def available():
    """Names of the parts whose module is there."""
    here = os.path.dirname(os.path.abspath(__file__))
    return [name for name in PARTS if os.path.exists(os.path.join(here, name + ".py"))]
