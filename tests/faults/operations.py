"""What happens to the machine and by the hand of its operator."""

from tests.faults import outages
from tests.faults.fault import fault
from tests.faults.rude_clients import export_of, read_on, slowly
from tests.faults.stage import Stage
from tests.support.waiting import wait_until

#: Seconds that requests take which are under way at a stop.
SLOW = 6
#: Requests under way at a stop.
UNDER_WAY = 12


@fault
def database_disk_full(stage: Stage) -> None:
    """No room is left under MariaDB, which waits for some and goes on once it has it."""
    with stage.crowd.busy(40, before=10) as rush, outages.database_disk_full(stage):
        rush.go_on(12)


@fault
def stopped_during_requests_of_six_seconds(stage: Stage) -> None:
    """SIGTERM while sign-ins take 6 s and an export is read for as long: all are answered to the end."""
    begin = len(stage.crowd.attempts)
    with export_of(stage) as export:
        told = read_on(export)
        with (
            stage.slow_sign_ins(SLOW, UNDER_WAY) as are_under_way,
            stage.crowd.busy(UNDER_WAY, before=0, at_once=UNDER_WAY),
        ):
            are_under_way()
            stage.site.process.terminate()
            told += slowly(export, SLOW)
    assert stage.site.process.wait(40) == 0
    assert told.startswith(b"HTTP/1.1 200 ")
    assert told.endswith(b"\r\n0\r\n\r\n"), "the export was cut"
    assert stage.crowd.told(begin).keys() <= {302, 401}, "a sign-in was cut"
    stage.site.start()


@fault
def clock_far_ahead(stage: Stage) -> None:
    """The machine's clock, so the database's too, is 4,000 days ahead for a while; retention must rest."""
    with stage.crowd.busy(40) as rush:
        with outages.clock_ahead(stage, days=4000):
            rush.go_on(10)
            stage.wait_for_looks()
        rush.go_on(5)
    stage.wait_for_looks()


@fault
def database_password_changed(stage: Stage) -> None:
    """The database is away, comes back with another password, and the site is started with that."""
    with stage.crowd.busy(50) as rush:
        with outages.database_unreachable(stage):
            outages.change_password(stage)
            rush.go_on(8)
        rush.go_on(6)
        wait_until(stage.spooled, "attempts wait")
        assert stage.site.stop() == 0
        stage.site.start()
