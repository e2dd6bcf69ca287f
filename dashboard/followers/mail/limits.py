"""How many letters, how often and for how long: all that is a number about letters."""

from datetime import timedelta

#: Letters to one person within an hour; what is more comes as one digest at its end.
EACH_HOUR = 4
HOUR_LASTS = timedelta(hours=1)
#: When a letter that was not accepted is given up.
GIVEN_UP_AFTER = timedelta(days=3)
#: How long is known what became of a letter.
KNOWN_FOR = timedelta(days=30)
#: When a letter whose sender died is sent again; longer than a conversation may take.
SENDER_LOST = timedelta(minutes=2)
#: Until the next try, by how many there were.
RETRY = (1, 2, 5, 10, 20, 40, 60)
#: No letter waits for longer at once: what is due later was noted by a clock that was wrong.
LETTER_AHEAD = timedelta(hours=2)
#: Letters that a digest lists; of more it tells how many there are.
MOST_LISTED = 20
#: Letters that are looked at for one that can be sent, and tries beyond which somebody made up a number.
MOST_PASSED_BY, MOST_TRIES = 20, 1_000_000
#: Letters in one round over one connection, and seconds after which it begins with no other.
ROUND, ROUND_TAKES = 20, 5.0


def retry_after(tries: int) -> timedelta:
    """Return how long a letter rests that was not accepted."""
    return timedelta(minutes=RETRY[min(max(tries, 1), len(RETRY)) - 1])
