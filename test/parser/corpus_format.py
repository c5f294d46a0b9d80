"""The format of the corpus: one statement a line, `#` begins a comment line, `\\n` is a newline, and
<<a||b||c>> stands for each of its parts in turn (all combinations)."""
import itertools
import os
import re

ALTERNATIVES = re.compile(r"<<(.*?)>>")


def expand(line):
    """All combinations of the <<a||b>> parts of a line."""
    pieces = ALTERNATIVES.split(line)
    choices = [[piece] if i % 2 == 0 else piece.split("||") for i, piece in enumerate(pieces)]
    for parts in itertools.product(*choices):
        yield "".join(parts).replace("\\n", "\n")


def read_corpus(files):
    """(file name, statement) of each."""
    for name in files:
        for line in open(name, encoding="utf-8"):
            line = line.rstrip("\n")
            if line and not line.startswith("#"):
                for sql in expand(line):
                    yield os.path.basename(name), sql
