"""The image jobs: resolve_images and group_images."""
