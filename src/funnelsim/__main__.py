"""Run the command line: `python -m funnelsim`."""

from funnelsim.cli import main

if __name__ == "__main__":
    main()
