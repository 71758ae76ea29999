"""Published models over the network: the real download, against a server on this machine."""

from __future__ import annotations

import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from engine import shell
from engine.config import PROJECT
from engine.encoders import load_encoder, read_manifest
from engine.encoders.model_folder import read_report
from engine.errors import ModelError
from engine.hub import KNOWN, fetch, find_known, get_model, models_here, remove_model
from engine.progress import Progress
from tests.engine.hub_server import COMMIT, LARGE, Hub, serving

TINY = Path(__file__).parent / "published" / "clip"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A hub with one model, and a home of our own."""
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    found = Hub(TINY)
    found.files["visual/model.armnn"] = b"for another runtime"
    found.files["README.md"] = b"words"
    with serving(found) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        yield found


def test_a_model_comes_over_redirects_checked_and_with_its_bytes_told(hub: Hub, tmp_path: Path):
    heard: list[Progress] = []
    folder = get_model("owner/tiny", progress=heard.append)
    assert folder == tmp_path / "home" / "models" / "tiny"
    assert load_encoder(folder).embed_texts(["a dog"]).shape == (1, 16)
    told = read_report(folder)["published"]
    assert (told["revision"], told["licence"]) == (COMMIT, "mit")
    wanted = {name for name in hub.files if name.startswith(("visual", "textual", "config"))}
    wanted -= {"visual/model.armnn"}
    assert set(read_manifest(folder).files) == wanted
    total = sum(len(hub.files[name]) for name in wanted)
    bytes_told = [each.done for each in heard if each.step == "fetching owner/tiny"]
    assert bytes_told[-1] == total == heard[0].total
    assert bytes_told == sorted(bytes_told)
    [found] = [each for each in models_here() if each.name == "tiny"]
    assert found.photos_per_second > 0 < found.text_ms
    n_asked = len(hub.asked)
    assert get_model("owner/tiny") == folder  # here already: nobody is asked
    assert len(hub.asked) == n_asked


def test_nothing_is_sent_of_this_machine_or_of_its_owner(hub: Hub):
    get_model("owner/tiny")
    for headers in hub.headers:
        assert "Authorization" not in headers and "Cookie" not in headers
        agent = str({name.lower(): value for name, value in headers.items()}["user-agent"]).lower()
        assert not [word for word in ("torch", "tensorflow", "session") if word in agent]


def test_a_download_that_breaks_off_goes_on_where_it_was(hub: Hub, monkeypatch):
    """Each connection gives 40,000 bytes of a large file, of which 2 chunks of 16,384 are whole."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 16_384)
    hub.cut_after = 40_000
    folder = get_model("owner/tiny")
    assert load_encoder(folder).fingerprint
    ranges = [span for _, path, span in hub.asked if path == "/store/visual/model.onnx" and span]
    assert ranges[:2] == ["bytes=32768-", "bytes=65536-"]


def test_what_was_fetched_before_a_stop_is_not_fetched_again(hub: Hub):
    """The first attempt ends with the larger graph, which comes damaged; the smaller one stays."""
    second = max(LARGE, key=lambda name: len(hub.files[name]))
    hub.altered = {second}
    with pytest.raises(ModelError, match=f"thrown away: {second}"):
        get_model("owner/tiny")
    hub.altered, hub.asked[:] = set(), []
    get_model("owner/tiny")
    fetched = [path for method, path, _ in hub.asked if method == "GET"]
    assert [path for path in fetched if path.startswith("/store")] == [f"/store/{second}"]


@pytest.mark.parametrize(
    ("name", "revision", "said"),
    [
        ("owner/nothing", None, "there is no such model: owner/nothing"),
        ("owner/tiny", "nowhere", "no such revision: nowhere"),
        ("no such thing", None, "there is no such model: no such thing"),
        ("openai", None, "Did you mean ViT-B-32__openai"),
    ],
)
def test_what_is_not_there_is_said(hub: Hub, name, revision, said):
    with pytest.raises(ModelError, match=said):
        get_model(name, revision=revision)


def test_a_repository_of_another_layout_is_refused_before_it_is_fetched(hub: Hub):
    del hub.files["textual/tokenizer.json"]
    with pytest.raises(ModelError, match=r"textual/tokenizer\.json is not in it"):
        get_model("owner/tiny")
    assert not [path for _, path, _ in hub.asked if "resolve" in path]


def test_a_full_disk_is_said_before_anything_is_fetched(hub: Hub, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(fetch.shutil, "disk_usage", lambda folder: usage(10**9, 10**9, 10**5))
    with pytest.raises(ModelError, match=r"no room for the model: 0 MB are needed and 0 MB"):
        get_model("owner/tiny")
    assert not [path for _, path, _ in hub.asked if "resolve" in path]


def test_a_server_that_is_not_there_is_said_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match=r"could not be fetched .*Without a connection, name"):
        get_model("owner/tiny")


def test_a_half_fetched_model_is_no_model_and_can_be_removed(hub: Hub, tmp_path: Path):
    hub.altered = {LARGE[0]}
    with pytest.raises(ModelError):
        get_model("owner/tiny")
    assert not [each for each in models_here() if each.origin != "bundled"]
    assert list((tmp_path / "home" / "models").glob("tiny*"))
    remove_model("tiny")
    assert not list((tmp_path / "home" / "models").glob("tiny*"))


def test_a_licence_that_forbids_commerce_is_said_before_the_download(hub: Hub, capsys):
    """The hub has no such repository, so the command fails after it has said it."""
    assert find_known("NLLB-clip-base-siglip__v1").forbids_commerce
    assert shell.main(["models", "get", "nllb-clip-base-siglip__v1"]) == 1
    first, second = capsys.readouterr().err.strip().splitlines()
    assert first.endswith("CC-BY-NC-4.0, forbids to earn money with it.")
    assert second.startswith("There is no such model")


def test_the_list_tells_what_is_here_and_what_can_be_had(hub: Hub, capsys):
    assert shell.main(["models", "get", "owner/tiny"]) == 0
    capsys.readouterr()
    assert shell.main(["models"]) == 0
    told = capsys.readouterr().out
    assert "kindred-fashion" in told and "tiny" in told
    for known in KNOWN:
        assert known.name in told


def test_the_download_library_is_imported_by_a_download_alone():
    code = (
        "import sys; from engine import shell; from engine.hub import models_here; models_here();"
        "print([name for name in ('huggingface_hub', 'tokenizers') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
