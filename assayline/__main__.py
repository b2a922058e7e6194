"""`python -m assayline` is the command `assayline`."""

from assayline.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
