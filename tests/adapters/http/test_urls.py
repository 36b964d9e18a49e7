import pytest

from watcher.adapters.http.addresses import require_safe_url


@pytest.mark.parametrize(
    "url",
    [
        "https://api.layers.com",
        "https://api.layers.com:8443/prefix",
        "https://10.0.0.1/",
        "http://127.0.0.1:8080",
        "http://127.8.9.1",
        "http://[::1]:8080",
        "http://localhost",
    ],
)
def test_https_and_plain_http_to_this_machine_are_safe(url):
    require_safe_url(url)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "http://api.layers.com/hook/s3cret",
            "http://api.layers.com: secrets are sent over https only; plain http is for this machine "
            "(127.0.0.1, [::1], localhost)",
        ),
        ("http://localhost.example", None),
        ("http://127.0.0.1.example", None),
        ("http://0.0.0.0", None),
        ("http://2130706433", None),
        (
            "https://me:s3cret@api.layers.com",
            "https://…@api.layers.com: a URL must not carry a user name or a password",
        ),
        ("ftp://api.layers.com", "not an https URL: write it like https://host.example"),
        ("api.layers.com", "not an https URL: write it like https://host.example"),
        ("https://", "not an https URL: write it like https://host.example"),
        ("", "not an https URL: write it like https://host.example"),
        (
            "https://host:port/s3cret",
            "not a URL: write it like https://host.example or https://host.example:8443",
        ),
        ("https://[::1/s3cret", None),
        ("https://host.example/\ns3cret", "a URL must be printable ASCII without spaces"),
        ("https://hоst.example", "a URL must be printable ASCII without spaces"),
    ],
)
def test_other_urls_are_refused_in_a_sentence_without_their_secrets(url, sentence):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the sentence is compared whole
        require_safe_url(url)
    assert sentence in (None, str(refused.value))
    assert "s3cret" not in str(refused.value)
