"""The flags of a mention. Imports nothing, since the configuration names them too."""

FLAGS = ("general", "negated", "uncertain")  # sorted, as they stand on a link
# Mentions of the lake may also be inside an address, of a frequent concept, or peripheral to their caption.
MENTION_FLAGS = tuple(sorted(("address", "frequent", "peripheral", *FLAGS)))
