"""What follows the sealed log: how fast, beside a rival for each question."""

from bench.api_tail import api_tail
from bench.datasets import datasets
from bench.log_lines import log_lines
from bench.webhooks import webhooks

ROWS = 200_000


def main() -> None:
    """Measure each."""
    log_lines()
    webhooks()
    with datasets() as filled:
        api_tail(filled, ROWS)


if __name__ == "__main__":
    main()
