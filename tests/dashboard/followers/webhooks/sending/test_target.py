"""What may be the address of a webhook."""

import pytest

from auth.policy import Unfit
from dashboard.followers.webhooks.sending.target import MAX_URL, UrlTarget, fit_target, shown_url


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.org", UrlTarget(True, "example.org", 443, "/")),
        ("HTTPS://Example.ORG:443/a", UrlTarget(True, "example.org", 443, "/a")),
        ("https://example.org:8443/a?b=c&d", UrlTarget(True, "example.org", 8443, "/a?b=c&d")),
        ("https://example.org?b", UrlTarget(True, "example.org", 443, "/?b")),
        ("https://example.org/ü%20/%zz", UrlTarget(True, "example.org", 443, "/%C3%BC%20/%zz")),
        ("https://bücher.example/", UrlTarget(True, "xn--bcher-kva.example", 443, "/")),
        ("https://[2606:2800:220:1:248:1893:25c8:1946]/", None),
        ("https://93.184.216.34/", UrlTarget(True, "93.184.216.34", 443, "/")),
    ],
)
def test_an_address_is_taken_apart(url: str, target: UrlTarget | None) -> None:
    found = fit_target(url, private=False)
    assert target is None or found == target


def test_the_host_is_told_as_it_stands_there() -> None:
    assert (
        fit_target("https://[2606:2800:220::1]:8443/", private=False).authority == "[2606:2800:220::1]:8443"
    )
    assert fit_target("https://example.org/", private=False).authority == "example.org"
    assert fit_target("http://example.org:443/", private=True).authority == "example.org:443"


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "example.org", "//example.org/", "https:", "https://", "https:///x", "ftp://example.org/"),
        *("file:///etc/passwd", "javascript:alert(1)", "gopher://example.org", "https://user@example.org/"),
        *(
            "https://user:word@example.org/",
            "https://@example.org/",
            "https://example.org/#part",
            "https://a#",
        ),
        *(
            "https://example.org/ x",
            "https://example.org/\n",
            "https://example.org\\@evil.example/",
            "https://\0/",
        ),
        *("https://example.org:0/", "https://example.org:99999/", "https://example.org:x/", "https://[::1"),
        *(
            "https://example.org:22/",
            "https://example.org:25/",
            "https://exa mple.org/",
            "https://exa_mple$.org/",
        ),
        *(
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
        ),
        *("https://localhost/", "https://hooks.localhost/", "https://[::1]/", "https://[::ffff:127.0.0.1]/"),
        *("https://169.254.169.254/latest", "https://10.0.0.7/", "https://[64:ff9b::7f00:1]/", "https://0/"),
        *(
            "http://example.org/",
            f"https://example.org/{'x' * MAX_URL}",
            "https://\ud800.example/",
            "https://" + "ü" * 80,
        ),
    ],
)
def test_what_is_none_is_refused_in_words(url: str) -> None:
    with pytest.raises(Unfit) as refused:
        fit_target(url, private=False)
    assert refused.value.message.endswith(".")


def test_who_allows_private_addresses_may_use_them_without_tls() -> None:
    assert fit_target("http://127.0.0.1:8000/hook", private=True).origin == "http://127.0.0.1:8000"
    assert fit_target("http://localhost:81/", private=True).port == 81
    with pytest.raises(Unfit):
        fit_target("http://169.254.169.254/", private=True)


def test_who_may_not_see_all_of_it_sees_where_it_goes() -> None:
    url = "https://hooks.example.org/services/T0/B0/secret?key=also"
    assert shown_url(url, is_whole=True) == url
    assert shown_url(url, is_whole=False) == "https://hooks.example.org/…"
    assert shown_url("https://example.org", is_whole=False) == "https://example.org/"
    assert shown_url("no address", is_whole=False) == "…"
