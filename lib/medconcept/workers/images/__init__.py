"""Workers of the image jobs: names matched with graphics, files read, examined and grouped."""
