"""Run the command line: `python -m funnelsim`."""

from funnelsim.app.cli import main

if __name__ == "__main__":
    main()
