"""Few descriptors, little address space, short files: limits of a shell or a batch system.

The sweep works or says what it lacks; the same command without the limit then gets it done.
"""

import resource

import tiny
from trial import Trial

NAME = "limits"
WEIGHT = 6
SAMPLE = 6

KINDS = {
    "descriptors": (resource.RLIMIT_NOFILE, list(range(4, 65)), 1, ""),
    "address space": (resource.RLIMIT_AS, list(range(150, 801, 10)) + list(range(850, 2001, 50)),
                      1 << 20, " MB"),
    "file size": (resource.RLIMIT_FSIZE, list(range(4, 64, 4)) + list(range(64, 2049, 64)),
                  1 << 10, " KB"),
}


def trial(context, reference, kind, what, size):
    """One sweep under a limit, then without."""
    name, _, unit, _ = KINDS[kind]
    with context.folder("limits") as folder:
        reference.begin(folder, "fresh")
        result = context.run(tiny.command(context), cwd=folder, env=tiny.environment(folder),
                             timeout=120, limits={name: size * unit})
        verdict, detail = context.judge(result)
        # A run that ends for want of memory is a failed one, which the sweep says.
        again = ("--retry-failed",) if kind == "address space" else ()
        after = reference.finish(folder, extra=again)
        if after and verdict not in ("crash", "hang", "unclear"):
            verdict, detail = after[0], "%s; then %s" % (detail, after[1])
        return Trial(kind, what, verdict, detail, result.seconds, result.megabytes)


def trials(context):
    reference = tiny.Reference(context)
    points = [(kind, "%d%s" % (size, words), size)
              for kind, (_, sizes, _, words) in KINDS.items() for size in sizes]
    for kind, what, size in context.choose(points):
        yield trial(context, reference, kind, what, size)
