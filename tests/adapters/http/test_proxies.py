"""Who goes through the proxy, and who does not."""

import pytest

from watcher.adapters.http.proxies import proxies_in
from watcher.texts.secret import Secret

PROXY = "http://proxy.example:3128"


def goes(url: str, no_proxy: str = "", **environ: str) -> str | None:
    proxy = proxies_in({"HTTPS_PROXY": PROXY, "NO_PROXY": no_proxy, **environ}).for_url(url)
    return None if proxy is None else proxy.url


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        ("api.example", "https://api.example/v1"),
        ("example", "https://api.example/v1"),
        (".example", "https://api.example/v1"),
        ("*.example", "https://api.example/v1"),
        ("API.Example.", "https://api.EXAMPLE./v1"),
        ("api.example:443", "https://api.example/v1"),
        ("https://api.example", "https://api.example/v1"),
        ("other, api.example", "https://api.example"),
        ("other api.example", "https://api.example"),
        ("*", "https://api.example"),
        ("10.1.2.3", "https://10.1.2.3/"),
        ("10.0.0.0/8", "https://10.1.2.3/"),
        ("10.1.2.3:8443", "https://10.1.2.3:8443/"),
        ("fd07:b51a:cc66:f0::/64", "https://[fd07:b51a:cc66:f0::5]/"),
        ("[fd00::1]", "https://[fd00::1]/"),
        ("[fd00::1]:8443", "https://[fd00::1]:8443/"),
        ("", "https://127.0.0.1/"),
        ("", "https://[::1]:8443/"),
        ("", "https://localhost/"),
        ("", "http://pushgateway:9091/"),
    ],
)
def test_these_are_reached_without_it(no_proxy, url):
    assert goes(url, no_proxy) is None


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        ("", "https://api.example/v1"),
        ("api.example", "https://notapi.example/"),
        ("api.example", "https://api.example.other/"),
        ("api.example:8443", "https://api.example/"),
        ("http://api.example", "https://api.example/"),
        ("10.0.0.0/8", "https://11.1.2.3/"),
        ("10.0.0.0/8", "https://api.example/"),
        ("fd07::/64,[,:,://,a:b,", "https://api.example/"),
    ],
)
def test_these_go_through_it(no_proxy, url):
    assert goes(url, no_proxy) == PROXY


def test_small_letters_come_first_even_if_empty_and_all_proxy_last():
    assert proxies_in({"HTTPS_PROXY": PROXY, "https_proxy": ""}).proxy is None
    assert proxies_in({"HTTPS_PROXY": "", "ALL_PROXY": PROXY}).for_url("https://a.example") is not None
    first = proxies_in({"HTTPS_PROXY": PROXY, "ALL_PROXY": "http://other", "https_proxy": "http://small"})
    assert first.proxy is not None
    assert first.proxy.url == "http://small"


def test_user_and_password_are_kept_apart_and_hidden():
    proxy = proxies_in({"HTTPS_PROXY": "http://us%40er:S3cr%2Fet@[fd00::1]:3128"}).proxy
    assert proxy is not None
    assert (proxy.url, proxy.credentials) == ("http://[fd00::1]:3128", ("us@er", Secret("S3cr/et")))
    assert "S3cr" not in repr(proxy)
