"""Sample sheets from folders: files are found, understood by name and content, grouped, and put as the pipeline wants them."""
