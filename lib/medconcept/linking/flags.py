"""The flags of a mention. Imports nothing, since the configuration names them too."""

FLAGS = ("general", "negated", "uncertain")  # sorted, as they stand on a link
# Those that a mention of the lake may have beside: where it stands, what the corpus says of its concept, and
# whether the caption is about it.
MENTION_FLAGS = tuple(sorted(("address", "frequent", "peripheral", *FLAGS)))
