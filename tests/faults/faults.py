"""The faults: each makes trouble on a stage while people sign in, and then mends it."""

from contextlib import closing, suppress

from tests.faults import outages
from tests.faults.crowd import ONLOOKER
from tests.faults.fault import fault
from tests.faults.stage import Stage
from tests.support.servers.proxy import When
from tests.support.viewer import LOST, Wire
from tests.support.waiting import wait_until


@fault
def worker_killed(stage: Stage) -> None:
    """kill -9 of a worker at any moment."""
    with stage.crowd.busy(60):
        stage.kill_workers(1)


@fault
def all_workers_killed(stage: Stage) -> None:
    """kill -9 of every worker at once."""
    with stage.crowd.busy(40):
        stage.kill_workers(2)


@fault
def worker_killed_before_the_announcement(stage: Stage) -> None:
    """kill -9 after a commit, before anybody is told."""
    _strike(stage, "committed")


@fault
def worker_killed_while_sealing(stage: Stage) -> None:
    """kill -9 inside a sealing transaction."""
    _strike(stage, "sealing")


@fault
def database_killed(stage: Stage) -> None:
    """kill -9 of MariaDB during 200 sign-ins; it comes back while they go on."""
    with stage.crowd.busy(200) as rush, outages.database_dead(stage):
        rush.go_on(20)


@fault
def commit_cut_before_the_server_heard(stage: Stage) -> None:
    """The connection is lost with the COMMIT."""
    _cut_commits(stage, "before")


@fault
def commit_cut_while_the_server_works(stage: Stage) -> None:
    """The connection is lost right after the COMMIT; it may still take effect."""
    _cut_commits(stage, "during")


@fault
def commit_cut_before_the_answer(stage: Stage) -> None:
    """The COMMIT took effect and nobody heard so."""
    _cut_commits(stage, "after")


@fault
def database_gone_with_a_commit(stage: Stage) -> None:
    """A sign-in takes effect, nobody hears so, and the database is away: its session is taken back."""
    before = stage.taken_back()
    stage.proxy.cut_commits(1, "after", vanish=True, of=b"INSERT INTO user_session")
    with stage.crowd.busy(12, before=0, kinds=["right"]):
        pass
    stage.proxy.is_away = False
    wait_until(lambda: stage.taken_back() > before, "a session was taken back")


@fault
def database_unreachable(stage: Stage) -> None:
    """Every connection to the database is lost, and no new one is to be had for a while."""
    with stage.crowd.busy(60) as rush, outages.database_unreachable(stage):
        rush.go_on(15)


@fault
def connections_cut(stage: Stage) -> None:
    """Every connection to the database is lost at once."""
    with stage.crowd.busy(60):
        stage.proxy.cut_all()


@fault
def database_read_only(stage: Stage) -> None:
    """MariaDB takes no writes for a while."""
    with stage.crowd.busy(60) as rush, outages.database_read_only(stage):
        rush.go_on(15)


@fault
def database_frozen(stage: Stage) -> None:
    """MariaDB is stopped in the middle of everything, and goes on with what it was told meanwhile."""
    with stage.crowd.busy(60) as rush, outages.database_frozen(stage):
        rush.go_on(20)


@fault
def database_locked(stage: Stage) -> None:
    """A backup keeps everybody from writing for a while."""
    with stage.crowd.busy(40) as rush, outages.database_locked(stage):
        rush.go_on(12)


@fault
def redis_killed(stage: Stage) -> None:
    """kill -9 of Redis; it comes back empty."""
    with stage.crowd.busy(60) as rush, outages.redis_dead(stage):
        rush.go_on(20)


@fault
def redis_frozen(stage: Stage) -> None:
    """Redis takes connections and answers nothing."""
    with stage.crowd.busy(24) as rush, outages.redis_frozen(stage):
        rush.go_on(8)


@fault
def redis_absent_at_start(stage: Stage) -> None:
    """Both workers start without Redis."""
    stage.site.stop()
    with outages.redis_dead(stage):
        stage.site.start()
        with stage.crowd.busy(20):
            pass


@fault
def stopped_under_load(stage: Stage) -> None:
    """SIGTERM while people sign in; a new site takes over."""
    with stage.crowd.busy(80):
        assert stage.site.stop() == 0
        stage.site.start()


@fault
def viewers_cut_off(stage: Stage) -> None:
    """Every viewer loses the connection at once."""
    with stage.crowd.busy(40):
        for viewer in stage.viewers:
            viewer.cut()


@fault
def viewer_never_reads(stage: Stage) -> None:
    """Somebody asks for the whole book again and again and reads nothing."""
    wish = {"epoch": stage.viewers[0].feed.epoch, "cursor": 0, "limit": 500}
    wire = Wire(stage.url, stage.crowd.cookie_of(ONLOOKER)).join()
    with closing(wire), stage.crowd.busy(40), suppress(*LOST):
        for _ in range(200):
            wire.ask(wish)


@fault
def three_hundred_viewers_at_once(stage: Stage) -> None:
    """Every worker dies and 300 viewers come back to the new ones."""
    with stage.watching(300) as many:
        with stage.crowd.busy(40):
            stage.kill_workers(2)
        stage.check()
        assert all(viewer.connections > 1 for viewer in many)


@fault
def clock_set_back(stage: Stage) -> None:
    """The clock goes back an hour, and later forward again."""
    clock = stage.arm("clock")
    clock.write_text("3600")
    with stage.crowd.busy(60) as rush:
        rush.go_on(20)
        clock.unlink()


@fault
def hundred_at_once(stage: Stage) -> None:
    """No fault but a rush: a hundred sign-ins at once on two workers."""
    with stage.crowd.busy(100, before=0, at_once=100):
        pass


def _strike(stage: Stage, name: str) -> None:
    trigger = stage.arm(name)
    with stage.crowd.busy(60, before=0):
        wait_until(lambda: not trigger.exists(), f"{name} struck")


def _cut_commits(stage: Stage, when: When) -> None:
    before = stage.proxy.cut
    stage.proxy.cut_commits(5, when)
    with stage.crowd.busy(40, before=0):
        wait_until(lambda: stage.proxy.cut == before + 5, "commits were cut")
