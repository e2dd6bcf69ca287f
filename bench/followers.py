"""What follows the sealed log: how fast, beside a rival for each question."""

from bench.log_lines import log_lines


def main() -> None:
    """Measure each."""
    log_lines()


if __name__ == "__main__":
    main()
