"""Names of people who do not exist, in four scripts, with the city they live in."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from models.names import username_key


@dataclass(frozen=True, slots=True)
class Tongue:
    """Given names, family names and cities; a name as written and, after a slash, in ASCII."""

    share: int
    given: str
    family: str
    cities: tuple[str, ...]
    pattern: str = "{given}.{family}"


@dataclass(frozen=True, slots=True)
class SeedName:
    """A user name, an e-mail address and a city."""

    username: str
    email: str
    city: str


LATIN = Tongue(
    share=11,
    given="""alice bruno chloé/chloe daniel elif fiona georg hana inês/ines jakub katrin luís/luis maría/maria
        noah olga pavel quentin rosa søren/soeren tuğba/tugba ursula victor wanda xavier yara zoë/zoe""",
    family="""almeida bauer çelik/celik dubois evans fischer garcía/garcia hansen ivers jensen kowalski
        lindqvist müller/mueller novák/novak o-brien pereira quinn rossi silva taylor varga weber zanetti""",
    cities=("Berlin", "Lisboa", "Kraków", "Lyon", "Oslo", "İzmir", "Dublin", "Toronto", "São Paulo"),
)
CHINESE = Tongue(
    share=4,
    given="""娜/na 伟/wei 小明/xiaoming 静怡/jingyi 志强/zhiqiang 梅/mei 建国/jianguo 思远/siyuan
        雨桐/yutong 子涵/zihan 晓燕/xiaoyan 浩然/haoran""",
    family="李/li 王/wang 张/zhang 刘/liu 陈/chen 杨/yang 黄/huang 赵/zhao 周/zhou 欧阳/ouyang",
    cities=("上海", "北京", "深圳", "成都", "台北"),
    pattern="{family}{given}",
)
CYRILLIC = Tongue(
    share=3,
    given="анна/anna борис/boris вера/vera дмитро/dmytro елена/elena иван/ivan олена/olena юрий/yuri",
    family="""иваненко/ivanenko петренко/petrenko шевченко/shevchenko коваль/koval мороз/moroz
        димитров/dimitrov""",
    cities=("Київ", "София", "Алматы", "Белград"),
)
ARABIC = Tongue(
    share=2,
    given="ليلى/layla أحمد/ahmad مريم/maryam يوسف/yusuf نور/nour خالد/khalid",
    family="حسن/hassan منصور/mansour الخطيب/khatib سعيد/said نجار/najjar",
    cities=("القاهرة", "عمّان", "دبي", "الرباط"),
)
TONGUES = (LATIN, CHINESE, CYRILLIC, ARABIC)


def names(rng: Random, taken: set[str]) -> Iterator[SeedName]:
    """Yield names for ever, none whose key is in ``taken`` and none twice."""
    used = set(taken)
    while True:
        name = _unused(rng, used)
        used.update((username_key(name.username), username_key(name.email)))
        yield name


def _unused(rng: Random, used: set[str]) -> SeedName:
    tongue = rng.choices(TONGUES, [tongue.share for tongue in TONGUES])[0]
    given, given_ascii = _pick(rng, tongue.given)
    family, family_ascii = _pick(rng, tongue.family)
    written = tongue.pattern.format(given=given, family=family)
    city = rng.choice(tongue.cities)
    for number in count():
        suffix = str(number + 1) if number else ""
        name = SeedName(f"{written}{suffix}", f"{given_ascii}.{family_ascii}{suffix}@example.com", city)
        if used.isdisjoint((username_key(name.username), username_key(name.email))):
            return name
    raise AssertionError("unreachable")


def _pick(rng: Random, words: str) -> tuple[str, str]:
    """Return one of ``words`` as written and in ASCII."""
    written, _, plain = rng.choice(words.split()).partition("/")
    return written, plain or written
