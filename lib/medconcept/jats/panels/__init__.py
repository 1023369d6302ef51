"""The parts of a caption that describe its panels. Text in, offsets out."""
