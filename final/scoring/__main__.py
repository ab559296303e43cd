"""`python -m scoring INPUT OUTPUT`: a table through a model."""

import gc


def main() -> None:
    gc.disable()  # what is imported stays; looking for garbage in it would be a seventh of the start
    from scoring.command import app

    gc.freeze()
    gc.enable()
    app(prog_name="score.sh")


if __name__ == "__main__":
    main()
