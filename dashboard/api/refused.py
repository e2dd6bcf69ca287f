"""How a request of a program is refused: problem+json (RFC 9457), whatever it accepts."""

from collections.abc import Mapping

from flask import Flask, Response

from auth.pages.problem import problem

#: Names of the problems that a program can do something about; of others the status tells.
TYPES = "urn:gatehouse:problem:"


class ApiProblem(Exception):
    """Nothing is answered but ``detail``; ``members`` are for the program."""

    def __init__(
        self,
        status: int,
        detail: str,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.members = status, detail, headers or {}, members or {}


class BadParameter(ApiProblem):
    """A parameter of the address is wrong, missing or unknown."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(400, f"{name}: {detail}", members={"errors": {name: [detail]}})


class StartOver(ApiProblem):
    """The cursor leads nowhere; ``where`` tells where the log stands, so that the program can go on."""

    def __init__(self, status: int, name: str, title: str, detail: str, where: Mapping[str, object]) -> None:
        super().__init__(status, detail, members={"type": f"{TYPES}{name}", "title": title, **where})


class TooManyRequests(ApiProblem):
    """There were too many; another one may come in ``seconds``."""

    def __init__(self, detail: str, seconds: int) -> None:
        super().__init__(429, detail, {"Retry-After": str(seconds)})


def refuse_with_problems(app: Flask) -> None:
    """Answer each `ApiProblem`."""
    app.register_error_handler(ApiProblem, _answer)


def _answer(error: ApiProblem) -> Response:
    answer = problem(error.status, error.detail, **error.members)
    answer.headers.update(error.headers)
    return answer
