"""What workers do for annotate_captions: link captions, and lay the mentions out as rows."""
