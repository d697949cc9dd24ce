"""`python -m bassline.cli` is `bassline`."""

from bassline.cli import main

if __name__ == "__main__":
    main()
