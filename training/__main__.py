"""``python -m training …`` is ``cadagent train …``, for launchers that start modules."""

from cadagent.cli import main

if __name__ == "__main__":
    import sys

    main(["train", *sys.argv[1:]])
