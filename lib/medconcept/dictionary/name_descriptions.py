"""Normal form, match key and flags of many names: plain ASCII names as whole columns, others one by one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from medconcept.dictionary.name_rules import FOLDED, FUNCTION_WORDS, MAX_NAME, described
from medconcept.terminologies import term_fields

# Plain names: printable ASCII that begins with a letter, words separated by one space; and not case-sensitive
# by `is_case_sensitive`, since they have a word too long for a symbol or no capital.
_PLAIN = r"^[A-Za-z][!-~]*(?: [!-~]+)*$"
_WORDED = r"[!-~]{7}|^[^A-Z]*$"


def described_names(names: pa.Array) -> tuple[pa.Array, ...]:
    """Each name as `clean_text` returns it, and the three columns of `described`; null is an empty name.

    >>> [column.to_pylist() for column in described_names(pa.array(["Lung  cancer", "Lung cancer", "of"]))]
    ... # doctest: +NORMALIZE_WHITESPACE
    [['Lung cancer', 'Lung cancer', 'of'], ['lung cancer', 'lung cancer', 'of'],
     ['\\x01lung cancer', '\\x01lung cancer', None], [[], [], ['function_word']]]
    """
    names = pc.fill_null(names.cast(pa.string()), "")
    small = pc.ascii_lower(names)
    length = pc.binary_length(names)
    plain = pc.and_(pc.match_substring_regex(names, _PLAIN), pc.match_substring_regex(names, _WORDED))
    plain = pc.and_(plain, pc.and_(pc.greater(length, 2), pc.less_equal(length, MAX_NAME)))
    plain = pc.and_not(plain, pc.is_in(small, pa.array(sorted(FUNCTION_WORDS))))
    rest = pc.invert(plain)
    texts = [term_fields.clean_text(name) for name in names.filter(rest).to_pylist()]
    descriptions = [described(text) for text in texts]
    singly = (texts, [lower for lower, _, _ in descriptions], [key for _, key, _ in descriptions])
    whole = (names, small, pc.binary_join_element_wise(FOLDED, small, ""))
    columns = (
        pc.replace_with_mask(column, rest, pa.array(others, pa.string()))
        for column, others in zip(whole, singly, strict=True)
    )
    lengths = np.zeros(len(names), np.int64)
    lengths[rest.to_numpy(zero_copy_only=False)] = [len(flags) for _, _, flags in descriptions]
    flags = pa.array([flag for _, _, flags in descriptions for flag in flags], pa.string())
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    return *columns, pa.ListArray.from_arrays(offsets, flags)
