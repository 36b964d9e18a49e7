"""Which file, and what comes before what: variables, then credentials, then the file."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.settings.conftest import NOW, Desk
from watcher.rules.policy import Policy, ReleaseRule, ReleaseWhen
from watcher.settings.findings import Gravity
from watcher.settings.load import Bad, Good, load
from watcher.texts.secret import Secret

OPS = '[notifiers.ops]\nkind = "webhook"\n'


def _mode_of(loaded: Good | Bad) -> str:
    assert isinstance(loaded, Good)
    return loaded.settings.timezone


class TestTheFile:
    @pytest.fixture
    def files(self, tmp_path: Path) -> Path:
        for name in ("flag", "variable", "local"):
            file = tmp_path / ("lease-watcher.toml" if name == "local" else f"{name}.toml")
            zone = {"flag": "Europe/Rome", "variable": "Europe/Oslo", "local": "Europe/Bern"}[name]
            file.write_text(f'timezone = "{zone}"\n'.replace("Bern", "Zurich"), encoding="utf-8")
        return tmp_path

    def test_the_flag_comes_before_the_variable_and_that_before_the_folder(self, files: Path) -> None:
        environ = {"HOME": "/home/op", "WATCHER_CONFIG": "variable.toml"}
        assert _mode_of(load(Path("flag.toml"), environ, files, NOW)) == "Europe/Rome"
        assert _mode_of(load(None, environ, files, NOW)) == "Europe/Oslo"
        assert _mode_of(load(None, {"HOME": "/home/op"}, files, NOW)) == "Europe/Zurich"
        assert _mode_of(load(None, {"HOME": "/home/op", "WATCHER_CONFIG": ""}, files, NOW)) == "Europe/Zurich"

    def test_one_that_was_named_and_is_not_there_is_never_replaced_by_another(self, files: Path) -> None:
        for explicit, environ, key in (
            (Path("gone.toml"), {}, "--config"),
            (None, {"WATCHER_CONFIG": "gone.toml"}, "WATCHER_CONFIG"),
        ):
            loaded = load(explicit, environ, files, NOW)
            assert isinstance(loaded, Bad)
            (found,) = loaded.findings
            assert (found.key, found.message) == (key, "there is no such file")
            assert found.file == str(files / "gone.toml")

    def test_none_at_all_names_the_places_and_init(self, tmp_path: Path) -> None:
        loaded = load(None, {}, tmp_path, NOW)
        assert isinstance(loaded, Bad)
        (found,) = loaded.findings
        for place in ("--config", "WATCHER_CONFIG", str(tmp_path), "/etc/lease-watcher/config.toml"):
            assert place in found.message
        assert found.fix == "write one with `lease-watcher init`"

    def test_a_folder_is_not_a_file(self, tmp_path: Path) -> None:
        loaded = load(tmp_path, {}, tmp_path, NOW)
        assert isinstance(loaded, Bad)
        assert [each.message for each in loaded.findings] == ["is a folder, not a file"]


class TestVariables:
    def test_they_come_before_the_file(self, desk: Desk) -> None:
        settings = desk.settings("[brakes]\nmax_releases = 7\n", {"WATCHER_BRAKES__MAX_RELEASES": "9"})
        assert settings.brakes.max_releases == 9

    def test_zero_is_zero_and_not_the_default(self, desk: Desk) -> None:
        assert desk.settings("", {"WATCHER_BRAKES__MAX_RELEASES": "0"}).brakes.max_releases == 0
        assert desk.settings("", {"WATCHER_BRAKES__MAX_SHARE": "0"}).brakes.max_share == 0.0

    def test_they_change_one_value_of_a_table_and_leave_the_others(self, desk: Desk) -> None:
        text = '[policies.standard.release]\nwhen = "idle"\nlead = "3h"\n'
        settings = desk.settings(text, {"WATCHER_POLICIES__STANDARD__RELEASE__LEAD": "5h"})
        assert settings.policies["standard"].release == ReleaseRule(
            when=ReleaseWhen.IDLE, lead=timedelta(hours=5)
        )

    def test_names_with_other_signs_are_written_with_underscores(self, desk: Desk) -> None:
        text = '[projects."Acme Shop-1"]\nid = "0123"\n'
        settings = desk.settings(
            text,
            {
                "WATCHER_PROJECTS__ACME_SHOP_1__ENROLLED": "true",
                "WATCHER_PROJECTS__ACME_SHOP_1__ID": "0456",
                "WATCHER_PROJECTS__ACME_SHOP_1__POLICY": "standard",
            },
        )
        assert settings.projects["Acme Shop-1"].enrolled is True
        assert settings.projects["Acme Shop-1"].id == "0456"
        assert settings.projects["Acme Shop-1"].policy == ("standard",)

    def test_lists_are_written_as_in_the_file(self, desk: Desk) -> None:
        settings = desk.settings("", {"WATCHER_POLICIES__STANDARD__WARN": '["2d", "1h"]'})
        assert settings.policies["standard"].warn == (timedelta(days=2), timedelta(hours=1))

    @pytest.mark.parametrize(
        ("variable", "nearest"),
        [
            ("WATCHER_BRAKES__MAX_RELESES", "WATCHER_BRAKES__MAX_RELEASES"),
            ("WATCHER_BRAKES_MAX_RELEASES", "WATCHER_BRAKES__MAX_RELEASES"),
            ("WATCHER_MODUS", "WATCHER_MODE"),
            ("WATCHER_POLICIES__STANDRAD__RELEASE__LEAD", "WATCHER_POLICIES__STANDARD__RELEASE__LEAD"),
            ("WATCHER_PROJECTS__ACEM__ENROLLED", "WATCHER_PROJECTS__ACME__ENROLLED"),
        ],
    )
    def test_one_that_sets_nothing_is_refused(self, desk: Desk, variable: str, nearest: str) -> None:
        found = desk.finding('[projects.acme]\nid = "prj_1"\n', {variable: "1"})
        assert (found.severity, found.file, found.line) == (Gravity.ERROR, None, None)
        assert (found.key, found.suggestion) == (variable, nearest)
        assert str(found).startswith(f"error: {variable}: sets nothing")

    @pytest.mark.parametrize("variable", ["WATCHER_SERVICE_HOST", "WATCHER_PORT", "WATCHER_PORT_80_TCP"])
    def test_those_that_kubernetes_makes_are_explained(self, desk: Desk, variable: str) -> None:
        assert desk.finding("", {variable: "x"}).fix == "set `enableServiceLinks: false` in the pod"

    def test_one_that_could_mean_two_projects_is_refused(self, desk: Desk) -> None:
        text = '[projects.a-b]\nid = "1"\n[projects.a_b]\nid = "2"\n'
        found = desk.finding(text, {"WATCHER_PROJECTS__A_B__ENROLLED": "true"})
        assert found.message == "could mean several keys"

    @pytest.mark.parametrize(
        ("variable", "value", "message"),
        [
            ("WATCHER_BRAKES__MAX_RELEASES", "-1", "must be at least 0"),
            ("WATCHER_BRAKES__MAX_RELEASES", "", "must be a whole number, without quotes"),
            ("WATCHER_BRAKES__MAX_RELEASES", "true", "must be a whole number, without quotes"),
            ("WATCHER_BRAKES__MAX_RELEASES", "1\nx = 2", "must be a whole number, without quotes"),
            ("WATCHER_MODE", "", "must be one of: observe, enforce"),
        ],
    )
    def test_a_wrong_value_is_placed_at_its_variable(
        self, desk: Desk, variable: str, value: str, message: str
    ) -> None:
        found = desk.finding("[brakes]\nmax_releases = 3\n", {variable: value})
        assert (found.file, found.line, found.key, found.message) == (None, None, variable, message)

    def test_the_api_key_has_no_variable_of_this_kind(self, desk: Desk) -> None:
        found = desk.finding("", {"WATCHER_API__KEY": "lp_x"})
        assert found.fix is not None
        assert "LAYERS_API_KEY" in found.fix


class TestTheApiKey:
    def test_credential_then_file_then_variable(self, desk: Desk) -> None:
        desk.secret_file("credentials/layers-api-key", "from-credential\n")
        desk.secret_file("key", "from-file\n")
        environ = {
            "CREDENTIALS_DIRECTORY": str(desk.folder / "credentials"),
            "LAYERS_API_KEY": "from-variable",
        }
        text = '[api]\nkey_file = "key"\n'
        assert desk.good(text, environ).key == Secret("from-credential")
        del environ["CREDENTIALS_DIRECTORY"]
        assert desk.good(text, environ).key == Secret("from-file")
        assert desk.good("", environ).key == Secret("from-variable")
        assert desk.good("").key is None

    def test_a_file_that_the_credential_comes_before_is_not_looked_at(self, desk: Desk) -> None:
        """Nor is its name, which none can be: a credential may stand beside what a template left over."""
        place = desk.secret_file("credentials/layers-api-key", "from-credential\n")
        good = desk.good('[api]\nkey_file = "$HOME/key"\n', {"CREDENTIALS_DIRECTORY": str(place.parent)})
        assert good.key == Secret("from-credential")

    def test_one_that_cannot_be_used_is_not_passed_over(self, desk: Desk) -> None:
        desk.secret_file("credentials/layers-api-key", "")
        environ = {
            "CREDENTIALS_DIRECTORY": str(desk.folder / "credentials"),
            "LAYERS_API_KEY": "from-variable",
        }
        assert desk.finding("", environ).message == "the credential `layers-api-key` is empty"
        found = desk.finding('[api]\nkey_file = "gone"\n', {"LAYERS_API_KEY": "from-variable"})
        assert (found.line, found.key) == (2, "api.key_file")
        assert found.message == "the file cannot be read: no such file or directory"

    @pytest.mark.parametrize("value", ["", " ", "lp_\nx", "lp_ x"])
    def test_an_unusable_variable_is_an_error(self, desk: Desk, value: str) -> None:
        found = desk.finding("", {"LAYERS_API_KEY": value})
        assert (found.severity, found.key) == (Gravity.ERROR, "LAYERS_API_KEY")
        assert "lp_" not in str(found)

    def test_a_file_that_everybody_can_read_is_a_warning(self, desk: Desk) -> None:
        desk.secret_file("key", "lp_x\n", mode=0o604)
        good = desk.good('[api]\nkey_file = "key"\n')
        assert good.key == Secret("lp_x")
        assert [(each.severity, each.key) for each in good.warnings] == [(Gravity.WARNING, "api.key_file")]
        desk.secret_file("key", "lp_x\n", mode=0o640)
        assert desk.good('[api]\nkey_file = "key"\n').warnings == ()

    def test_a_file_too_large_for_a_secret_is_not_read_whole(self, desk: Desk) -> None:
        desk.secret_file("key", "x" * 70_000)
        assert desk.finding('[api]\nkey_file = "key"\n').message == "the file is too large for a secret"


class TestOtherSecrets:
    def _url(self, desk: Desk, text: str, environ: dict[str, str] | None = None) -> str:
        options = desk.settings(text, environ).notifiers["ops"]
        return options.url.reveal()  # type: ignore[union-attr]

    def test_variable_then_credential_then_file(self, desk: Desk) -> None:
        desk.secret_file("url", "https://file.example\n")
        desk.secret_file("credentials/notifiers.ops.url", "https://credential.example\n")
        environ = {
            "WATCHER_NOTIFIERS__OPS__URL": "https://variable.example",
            "CREDENTIALS_DIRECTORY": str(desk.folder / "credentials"),
        }
        text = OPS + 'url_file = "url"\n'
        assert self._url(desk, text, environ) == "https://variable.example"
        del environ["WATCHER_NOTIFIERS__OPS__URL"]
        assert self._url(desk, text, environ) == "https://credential.example"
        assert self._url(desk, OPS, environ) == "https://credential.example"
        assert self._url(desk, text) == "https://file.example"
        assert self._url(desk, OPS + 'url = "https://inline.example"') == "https://inline.example"

    def test_a_variable_may_name_the_file(self, desk: Desk) -> None:
        desk.secret_file("url", "https://file.example\n")
        environ = {"WATCHER_NOTIFIERS__OPS__URL_FILE": "url"}
        assert self._url(desk, OPS + 'url = "https://inline.example"', environ) == "https://file.example"

    def test_both_forms_in_one_place_are_refused(self, desk: Desk) -> None:
        found = desk.finding(OPS + 'url = "https://x.example"\nurl_file = "url"\n')
        assert (found.line, found.key, found.message) == (
            4,
            "notifiers.ops.url_file",
            "is given beside `url`",
        )

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (None, "the file cannot be read"),
            ("", "the file is empty"),
            ("https://x.example/a b", "the file holds a space or a line break"),
        ],
    )
    def test_an_unusable_file_is_told_once(self, desk: Desk, content: str | None, said: str) -> None:
        if content is not None:
            desk.secret_file("url", content)
        found = desk.finding(OPS + 'url_file = "url"\n')
        assert (found.line, found.key) == (3, "notifiers.ops.url_file")
        assert said in found.message

    def test_an_unusable_credential_is_placed_at_its_file(self, desk: Desk) -> None:
        place = desk.secret_file("credentials/notifiers.ops.url", "\n")
        found = desk.finding(OPS, {"CREDENTIALS_DIRECTORY": str(place.parent)})
        assert (found.file, found.line, found.message) == (str(place), None, "the credential is empty")

    def test_a_misnamed_credential_is_refused(self, desk: Desk) -> None:
        place = desk.secret_file("credentials/notifiers.ops.signing-key", "x\n")
        text = OPS + 'url = "https://x.example"\n'
        found = desk.finding(text, {"CREDENTIALS_DIRECTORY": str(place.parent)})
        assert (found.key, found.suggestion) == ("CREDENTIALS_DIRECTORY", "notifiers.ops.signing_key")

    def test_a_directory_that_cannot_be_read_is_no_empty_one(self, desk: Desk) -> None:
        found = desk.finding("", {"CREDENTIALS_DIRECTORY": str(desk.folder / "gone"), "LAYERS_API_KEY": "k"})
        assert (found.severity, found.key) == (Gravity.ERROR, "CREDENTIALS_DIRECTORY")
        assert (
            found.message == f"the directory {desk.folder / 'gone'} cannot be read: no such file or directory"
        )

    def test_a_key_whose_link_leads_nowhere_is_not_passed_over(self, desk: Desk) -> None:
        """Another key, of a variable somebody forgot, spoke for whichever organisation it belonged to."""
        (desk.folder / "credentials").mkdir()
        (desk.folder / "credentials" / "layers-api-key").symlink_to("rotated-away")
        environ = {"CREDENTIALS_DIRECTORY": str(desk.folder / "credentials"), "LAYERS_API_KEY": "forgotten"}

        found = desk.finding("", environ)

        assert (found.severity, found.key) == (Gravity.ERROR, "CREDENTIALS_DIRECTORY")
        assert found.message.startswith("the credential `layers-api-key` cannot be read")

    @pytest.mark.parametrize("url", ["hook.example", "ftp://hook.example/marker", "https://"])
    def test_an_address_that_is_none_is_refused_without_repeating_it(self, desk: Desk, url: str) -> None:
        found = desk.finding(OPS + f'url = "{url}"\n')
        assert "write it like https://host.example" in found.message
        assert "marker" not in str(found)


MARKER = "mArKeR7351"


@pytest.mark.parametrize(
    "text",
    [
        f'[api]\nkey = "{MARKER}"\n',
        f'[api]\nkey = ["{MARKER}"]\n',
        f'[notifiers.ops]\nkind = "webhook"\nurl = "{MARKER}"\n',
        f'[notifiers.ops]\nkind = "webhook"\nurl = "https://x/{MARKER} y"\n',
        f'[notifiers.ops]\nkind = "webhook"\nurl = ["{MARKER}"]\n',
        f'[notifiers.ops]\nkind = "webhook"\nurl = {{ {MARKER[:6]} = "{MARKER}" }}\n',
        f'[notifiers.ops]\nkind = "webhook"\nurll = "{MARKER}"\n',
        f'[notifiers.ops]\nkind = "webhok"\nurl = "{MARKER}"\n',
        f'[notifiers.ops]\nkind = "webhook"\nurl = "https://x/{MARKER}"\nsigning_key = 5\n',
        f'[notifiers.ops]\nkind = "webhook"\nurl = "https://x/{MARKER}\n',
        f'[notifiers]\nops = "{MARKER}"\n',
        '[notifiers.ops]\nkind = "webhook"\nurl_file = "secret"\n',
        f'[notifiers.ops]\nkind = "webhook"\nurl = "https://x/{MARKER}"\n',
        f'[api]\nkey_file = "secret"\n[notifiers.ops]\nkind = "webhook"\nurl = "https://x/{MARKER}"\n',
    ],
)
def test_no_finding_and_no_repr_holds_a_secret(desk: Desk, text: str) -> None:
    desk.secret_file("secret", f"{MARKER}\n{MARKER}\n", mode=0o644)
    desk.secret_file("credentials/layers-api-key", f"{MARKER}\x00\n")
    desk.secret_file("credentials/notifiers.ops.signing_key", f"{MARKER}\n")
    environ = {
        "LAYERS_API_KEY": f"{MARKER} {MARKER}",
        "WATCHER_API__KEY": MARKER,
        "WATCHER_NOTIFIERS__OPS__SIGNING_KEY": f"{MARKER} x",
    }
    for given in (
        {},
        environ,
        {"CREDENTIALS_DIRECTORY": str(desk.folder / "credentials")},
        {"LAYERS_API_KEY": MARKER},
    ):
        loaded = desk.load(text, given)
        shown = repr(loaded) + "".join(
            str(each) for each in (loaded.findings if isinstance(loaded, Bad) else loaded.warnings)
        )
        assert MARKER not in shown


class TestTheLedgersPlace:
    @pytest.mark.parametrize(
        ("environ", "url"),
        [
            ({"STATE_DIRECTORY": "/var/lib/lease-watcher"}, "sqlite:////var/lib/lease-watcher/watcher.db"),
            ({"STATE_DIRECTORY": "/var/lib/a:/var/lib/b"}, "sqlite:////var/lib/a/watcher.db"),
            ({"XDG_STATE_HOME": "/state"}, "sqlite:////state/lease-watcher/watcher.db"),
            ({"XDG_STATE_HOME": "state"}, "sqlite:////home/op/.local/state/lease-watcher/watcher.db"),
            ({}, "sqlite:////home/op/.local/state/lease-watcher/watcher.db"),
        ],
    )
    def test_where_none_is_named(self, desk: Desk, environ: dict[str, str], url: str) -> None:
        assert str(desk.settings("", environ).store.url) == url

    def test_a_relative_path_starts_at_the_files_folder(self, desk: Desk) -> None:
        text = '[store]\nurl = "sqlite:///ledgers/a.db"\n'
        environ = {"STATE_DIRECTORY": "/var/lib/lease-watcher"}
        assert str(desk.settings(text, environ).store.url) == f"sqlite:///{desk.folder}/ledgers/a.db"

    def test_an_absolute_path_is_kept(self, desk: Desk) -> None:
        url = desk.settings('[store]\nurl = "sqlite:////srv/a b.db"\n').store.url
        assert str(url) == "sqlite:////srv/a b.db"

    @pytest.mark.parametrize("source", ["file", "credential", "variable", "text"])
    def test_a_server_s_is_a_secret_wherever_it_comes_from(self, desk: Desk, source: str) -> None:
        secret = f"postgresql://op:{MARKER}@db:5433/ledger?sslmode=require"
        desk.secret_file("store-url", f"{secret}\n")
        place = desk.secret_file("credentials/store.url", f"{secret}\n")
        text, environ = {
            "file": ('[store]\nurl_file = "store-url"', {}),
            "credential": ("", {"CREDENTIALS_DIRECTORY": str(place.parent)}),
            "variable": ("", {"WATCHER_STORE__URL": secret}),
            "text": (f'[store]\nurl = "{secret}"', {}),
        }[source]
        good = desk.good(text, environ)
        assert good.settings.store.url.secret.reveal() == secret
        assert str(good.settings.store.url) == "postgresql://op@db:5433/ledger"
        assert MARKER not in repr(good)

    def test_a_misnamed_credential_is_not_left_out_silently(self, desk: Desk) -> None:
        place = desk.secret_file("credentials/store.ulr", "postgresql://db/x")
        found = desk.finding("", {"CREDENTIALS_DIRECTORY": str(place.parent)})
        assert (found.key, found.suggestion) == ("CREDENTIALS_DIRECTORY", "store.url")

    def test_a_network_file_system_is_refused(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two hosts would each believe that they alone hold the ledger."""
        shares = {Path("/srv/share/watcher.db"): "nfs4"}
        monkeypatch.setattr("watcher.settings.ledger_place.network_file_system", shares.get)

        found = desk.finding('[store]\nurl = "sqlite:////srv/share/watcher.db"')

        assert (found.severity, found.key, found.line) == (Gravity.ERROR, "store.url", 2)
        assert found.message == "is on a network file system (nfs4), whose locks keep no second one out"
        assert desk.findings('[store]\nurl = "sqlite:////srv/disk/watcher.db"') == ()
        assert desk.findings("", {"STATE_DIRECTORY": "/srv/share"}) == (replace(found, line=None),)

    def test_one_in_a_file_that_cannot_be_read_is_told_once(self, desk: Desk) -> None:
        found = desk.finding('[store]\nurl_file = "nowhere"')
        assert (found.key, found.line) == ("store.url_file", 2)

    def test_without_any_home_the_configuration_must_say(self, desk: Desk) -> None:
        found = desk.finding("", {"HOME": ""})
        assert (found.severity, found.key) == (Gravity.ERROR, "store.url")


def test_an_empty_file_is_a_whole_configuration_that_releases_nothing(desk: Desk) -> None:
    settings = desk.settings("")
    assert settings.mode == "observe"
    assert settings.policies == {"standard": Policy(name="standard")}
    assert settings.policies_for(None)[0].release.when is ReleaseWhen.NEVER


def test_a_cron_line_sets_the_poll_that_it_amounts_to(desk: Desk) -> None:
    assert desk.settings('[schedule]\ncron = "0 */2 * * *"\n').schedule.poll == timedelta(hours=2)


def test_policies_are_tried_in_the_order_written(desk: Desk) -> None:
    settings = desk.settings("""\
brakes.keep_at_least = 4
[policies.b]
[policies.a]
[projects.p]
id = "1"
policy = ["b", "a", "standard"]
keep_at_least = 0
[projects.q]
id = "2"
""")
    assert [each.name for each in settings.policies_for("p")] == ["b", "a", "standard"]
    assert (settings.keep_at_least("p"), settings.keep_at_least("q")) == (0, 4)
