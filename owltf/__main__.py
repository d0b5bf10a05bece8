"""`python -m owltf` is the command `owltf`."""

from owltf.cli import main

if __name__ == "__main__":
    main()
