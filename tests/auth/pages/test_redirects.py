"""Where one may be sent after signing in."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.pages.redirects import safe_next

SITE = "http://gate.example.org/login"


@pytest.mark.parametrize(
    "target",
    ["/", "/account", "/admin/logins/?q=user:a&after=b", "/a#b", "/a?next=http://evil.example", "/a//b"],
)
def test_a_path_of_this_site_is_kept(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        *(None, "", "account", "?a", "#a", "http://evil.example", "https:evil.example", "//evil.example"),
        *("///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example"),
        *(
            "javascript:alert(1)",
            "data:text/html,x",
            " //evil.example",
            "\t//evil.example",
            "/\t/evil.example",
        ),
        *("/\n/evil.example", "/\r\nSet-Cookie: a=b", "/\x00/evil.example", "/\x7f", "/ /evil.example"),
        *(
            "http:/evil.example",
            "http:///evil.example",
            "HTTP://EVIL.EXAMPLE",
            "ftp://evil.example",
            "//[::1",
        ),
        *("///[", "@evil.example", ".evil.example", "mailto:a@b", "/\x0b/evil.example"),
    ],
)
def test_anything_else_is_not(target: str | None) -> None:
    assert safe_next(target) is None


parts = st.sampled_from(
    ["/", "\\", "//", "http:", "evil.example", "@", ":", "\t", "\n", "?", "#", ".", "%2f", "["]
)


@given(st.lists(parts, max_size=8).map("".join) | st.text())
def test_no_target_leads_to_another_site(target: str) -> None:
    kept = safe_next(target)
    if kept is not None:
        as_browsers_read = kept.replace("\\", "/").replace("\t", "").replace("\n", "").strip()
        assert urlsplit(urljoin(SITE, as_browsers_read)).netloc == "gate.example.org"
