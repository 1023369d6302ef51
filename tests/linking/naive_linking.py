"""Exact names by trying every stretch of a text: the reference for the linker's first rule."""


def naive_exact(text, names):
    """Places where a name stands in any case, not inside a word: {((start, end), id)}."""
    wanted = {name.casefold(): identifier for name, identifier in names.items()}
    found = set()
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            if start and text[start - 1].isalnum() and text[start].isalnum():
                continue
            if end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
                continue
            if text[start:end].casefold() in wanted:
                found.add(((start, end), wanted[text[start:end].casefold()]))
    return found
