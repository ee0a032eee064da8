"""What a trial is, and the words for how it ended."""

import dataclasses

GOOD = ("ok", "noticed", "left")
BAD = ("lost", "wrong", "silent", "crash", "hang", "large", "unclear")
MEANING = {
    "ok": "survived, same result",
    "noticed": "refused or repaired, with a clear sentence",
    "left": "left with work to do (exit code 75); the same command continued",
    "lost": "something finished was gone, or the same command did not get it done",
    "wrong": "other bits or figures",
    "silent": "changed content was used without a word",
    "crash": "ended by a signal of its own",
    "hang": "over its time",
    "large": "over its memory",
    "unclear": "raw text of the system",
}


@dataclasses.dataclass
class Trial:
    """One trial and its verdict; `kind` and `what` together name it for good."""

    kind: str
    what: str
    verdict: str
    detail: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0

    def __post_init__(self):
        if self.verdict not in GOOD + BAD:
            raise ValueError("'%s' is no verdict" % self.verdict)

    @property
    def key(self):
        return key(self.kind, self.what)


def key(kind, what):
    """What `--only` takes."""
    return "%s: %s" % (kind, what)
