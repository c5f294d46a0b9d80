"""Literals of a statement made into parameters."""

import decimal
import math
import re

_TOKEN = re.compile(r"""(?P<keep>[xXbB]'[^']*' | ->>?\s*'[^']*' | '\$[^']*' | \b(?:CHAR|DECIMAL|DATETIME|TIME|BINARY)\([\d,]+\)
                        | "[^"]*" | [A-Za-z_@][\w@.]*)
                        | (?P<text>'(?:[^'\\]|''|\\.)*') | (?P<number>\d+(?:\.\d+)?(?:e-?\d+)?)""", re.VERBOSE)
# Where a number may be an ordinal, or where the type of a column would be that of a parameter.
_NOT_IN = re.compile(r"\b(?:GROUP BY|ORDER BY)\b.*?(?=\bLIMIT\b|\bHAVING\b|$)|^\(?(?:SELECT|WITH)\b.*?(?=\bWHERE\b|\bLIMIT\b|$)")


def parameterize(sql, rng, chance):
    """The statement with some literals replaced by `?`, and their values."""
    excluded = [match.span() for match in _NOT_IN.finditer(sql)]
    parameters = []

    def replace(match):
        if match["keep"] or rng.random() > chance or any(a <= match.start() < b for a, b in excluded):
            return match[0]
        if match["text"]:
            parameters.append(match["text"][1:-1].replace("''", "'").replace("\\\\", "\\"))
        elif "e" in match[0]:
            if math.isinf(float(match[0])):
                return match[0]
            parameters.append(float(match[0]))
        elif "." in match[0]:
            parameters.append(decimal.Decimal(match[0]))
        elif int(match[0]) < 1 << 64:
            parameters.append(int(match[0]))
        else:
            return match[0]
        return "?"

    return _TOKEN.sub(replace, sql), parameters
