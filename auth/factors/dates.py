"""What dates are made of, in English, German and Chinese."""

import re
from datetime import datetime

_MONTHS = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli oktober dezember"
)
_SEASONS = "spring summer autumn fall winter frühling fruehling sommer herbst 春 夏 秋 冬 春天 夏天 秋天 冬天"
_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun "
    "christmas easter xmas of the st nd rd th in "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag weihnachten ostern "
    "年 月 日 号 星期 周 新年 春节 圣诞 一 二 三 四 五 六 七 八 九 十"
)
#: Words that a date is made of, beside its numbers.
DATE_WORDS = frozenset((_MONTHS + " " + _SEASONS + " " + _DAYS).split())
_ORDERS = (("%Y", "%m", "%d"), ("%d", "%m", "%Y"), ("%m", "%d", "%Y"))


def is_numeric_date(key: str) -> bool:
    """Whether a password's key is a date of numbers alone, in any usual order."""
    numbers = re.findall(r"\d+", key)
    if re.search(r"[^\W\d_]", key) or not numbers:
        return False
    if len(numbers) == 1 and len(numbers[0]) == 8:
        return any(_tells_day(numbers[0], "".join(order)) for order in _ORDERS)
    forms = (
        "-".join(order) for order in (*_ORDERS, *([part.lower() for part in order] for order in _ORDERS))
    )
    return len(numbers) == 3 and any(_tells_day("-".join(numbers), form) for form in forms)


def _tells_day(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - it is a day
    except ValueError:
        return False
    return True
