"""From a run that shows a difference to the few operations that still show one."""
from compare import differences


def prefix(differs, count):
    """The least number of operations from the start on."""
    good, bad = 0, count
    while bad - good > 1:
        middle = (good + bad) // 2
        if differs(list(range(middle))):
            bad = middle
        else:
            good = middle
    return list(range(bad))


def thin(differs, kept):
    """Leaves out halves, quarters, … down to single operations, as long as the rest differs."""
    size = len(kept) // 2
    while size:
        at = 0
        while at < len(kept):
            rest = kept[:at] + kept[at + size:]
            if rest and differs(rest):
                kept = rest
            else:
                at += size
        size //= 2
    return kept


def shortest(library, mode, seed, operations):
    def differs(only):
        return bool(differences(library, mode, seed, operations, only))
    return thin(differs, prefix(differs, operations))
