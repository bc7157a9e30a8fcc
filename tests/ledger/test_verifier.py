"""The stand-alone verifier finds every way in which a portal could change its ledger behind the public's back."""

from __future__ import annotations

import ast
import base64
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.kernel.canonical import canonical_json
from portal.ledger import rules, verify
from tests.factories.ledgers import KEY, Ledger, golden, run_verifier, served_by, served_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

GOLDEN_ROOT = "e05873a3cfdd048788fd57275520f5ed69de0fde401675a4eb322f5bf6e1267f"


def checked(ledger: Ledger, *options: object, **replaced: bytes) -> tuple[int, str]:
    files = ledger.files() | {path.replace("__", "/"): data for path, data in replaced.items()}
    with served_files(files) as address:
        return run_verifier(address, *options)


def test_the_golden_ledger_is_what_it_always_was_and_all_is_well() -> None:
    code, said = checked(golden())

    assert code == 0, said
    assert GOLDEN_ROOT in said
    assert "300 published texts agree" in said


def test_the_file_is_short_and_needs_nothing_but_an_old_python() -> None:
    source = Path(verify.__file__).read_text()
    tree = ast.parse(source, feature_version=(3, 9))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert len(source.splitlines()) < 500
    assert imported <= sys.stdlib_module_names
    assert not {"UTC"} & {name.id for name in ast.walk(tree) if isinstance(name, ast.Name)}


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 513])
def test_ledgers_of_any_size_are_checked(size: int) -> None:
    code, said = checked(golden(size))

    assert (code, f"{size} entries" in said) == (0, True), said


def test_a_ledger_that_grows_is_well(tmp_path: Path) -> None:
    state = tmp_path / "state"

    codes = [checked(golden(size), "--state", state)[0] for size in (200, 200, 300)]

    assert codes == [0, 0, 0]
    assert json.loads(state.read_text())["checkpoint"].split("\n")[1] == "300"


def test_a_flipped_byte_in_an_entry_is_found() -> None:
    files = golden().files()
    bundle = bytearray(files["ledger/tile/entries/000"])
    at = bundle.index(b"ocds-test00-0017")
    bundle[at + 15] ^= 1

    code, said = served(files | {"ledger/tile/entries/000": bytes(bundle)})

    assert code == 1
    assert "ledger/tile/0/000: is missing or differs from the entries from 17 on" in said
    assert "do not lead to the root of the signed checkpoint" in said


def test_a_flipped_byte_in_a_published_text_is_found() -> None:
    ledger = golden()
    ledger.openings[17]["public"] = str(ledger.openings[17]["public"]).replace("2026", "2025")

    code, said = checked(ledger)

    assert code == 1
    assert "entry 17 (release ocds-test00-0017): the published bytes or their salt are not the ones" in said


def test_a_flipped_byte_in_a_salt_is_found() -> None:
    ledger = golden()
    ledger.openings[17]["salt"] = "00" + str(ledger.openings[17]["salt"])[2:]

    code, said = checked(ledger)

    assert code == 1
    assert "entry 17 (release ocds-test00-0017): the published bytes or their salt are not the ones" in said


@pytest.mark.parametrize("tile", ["0/000", "0/001.p/44", "1/000.p/1"])
def test_a_flipped_byte_in_a_tile_is_found(tile: str) -> None:
    files = golden().files()
    changed = bytearray(files[f"ledger/tile/{tile}"])
    changed[3] ^= 1

    code, said = served(files | {f"ledger/tile/{tile}": bytes(changed)})

    assert code == 1
    assert f"ledger/tile/{tile}: is missing or differs" in said


def test_a_missing_tile_is_found() -> None:
    files = golden().files()
    del files["ledger/tile/0/000"]

    assert served(files)[0] == 1


def test_an_entry_taken_out_is_found_even_where_the_rest_is_signed_anew(tmp_path: Path) -> None:
    assert "instead of 44: something was removed or put in" in served(without_last_entry())[1]

    said = rewritten(tmp_path, lambda ledger: (ledger.bodies.pop(17), ledger.openings.pop(17), grow(ledger, 5)))

    assert "history was rewritten, a fork" in said


def test_an_entry_put_in_is_found_even_where_the_rest_is_signed_anew(tmp_path: Path) -> None:
    def put_in(ledger: Ledger) -> None:
        ledger.bodies.insert(17, ledger.bodies[16])
        ledger.openings.insert(17, ledger.openings[16])

    assert "history was rewritten, a fork" in rewritten(tmp_path, put_in)


def test_entries_that_change_places_are_found_even_where_they_are_signed_anew(tmp_path: Path) -> None:
    def swap(ledger: Ledger) -> None:
        for items in (ledger.bodies, ledger.openings):
            items[17], items[200] = items[200], items[17]
        grow(ledger, 5)

    said = rewritten(tmp_path, swap)

    assert "history was rewritten, a fork" in said
    assert "back-dated" in said


def test_entries_that_change_places_in_what_is_served_are_found() -> None:
    files, ledger = golden().files(), golden()
    ledger.bodies[17], ledger.bodies[18] = ledger.bodies[18], ledger.bodies[17]

    code, said = served(files | {path: data for path, data in ledger.files().items() if "entries" in path})

    assert code == 1
    assert "differs from the entries from 17 on" in said


def test_a_ledger_cut_off_is_found(tmp_path: Path) -> None:
    state = tmp_path / "state"
    checked(golden(300), "--state", state)

    code, said = checked(golden(200), "--state", state)

    assert code == 1
    assert "truncated: 200 entries are shown, but 300 were signed before" in said
    assert json.loads(state.read_text())["checkpoint"].split("\n")[1] == "300"


def test_signed_entries_that_are_not_given_out_are_found() -> None:
    files = golden().files()
    del files["ledger/tile/entries/001.p/44"]

    code, said = served(files)

    assert code == 1
    assert "entries 256 to 299 are signed for but missing" in said


@pytest.mark.parametrize("options", [[], ["--quick"]])
def test_two_signed_heads_that_disagree_are_found(tmp_path: Path, options: list[str]) -> None:
    state = tmp_path / "state"
    checked(golden(), "--state", state)
    other = golden(299)
    other.add("another", minute=299)

    code, said = checked(other, "--state", state, *options)

    assert code == 1
    assert "fork: two signed checkpoints disagree; keep both as proof" in said
    assert said.count("golden.example/ledger\n300\n") == 2


def test_a_back_dated_entry_is_found_though_it_is_signed() -> None:
    ledger = golden(20)
    ledger.add("late", minute=3)

    code, said = checked(ledger)

    assert code == 1
    assert "entry 20 (release late): back-dated to 2026-03-01 00:03:00+00:00, after entry 19" in said


def test_a_release_dated_otherwise_than_it_was_entered_is_told() -> None:
    ledger = golden(2)
    ledger.add("old", minute=3, public=b'{"date":"2025-01-31T00:00:00Z"}')

    code, said = checked(ledger)

    assert code == 0
    assert "entry 2 (release old): is dated 2025-01-31, but was entered on 2026-03-01" in said


def test_content_withheld_by_an_entry_is_no_fault() -> None:
    ledger = golden(5)
    redact(ledger, 3)

    code, said = checked(ledger)

    assert code == 0, said
    assert "entry 3 (release ocds-test00-0003): withheld by entry 5: personal data" in said


def test_content_that_vanishes_without_an_entry_is_found() -> None:
    ledger = golden(5)
    ledger.openings[3] = {}

    code, said = checked(ledger)

    assert code == 1
    assert "entry 3 (release ocds-test00-0003): its content has vanished, and no entry says" in said


def test_an_entry_cannot_withhold_another_thing_or_what_comes_later() -> None:
    ledger = golden(5)
    ledger.add("ocds-test00-0002", minute=6, action="redact", redacts=3, reason="x")
    ledger.add("ocds-test00-0002", minute=6, action="redact", redacts=7, reason="x")
    ledger.add("ocds-test00-0002", minute=7)
    ledger.openings[3], ledger.openings[7] = {}, {}

    code, said = checked(ledger)

    assert code == 1
    assert said.count("has vanished") == 2


def test_what_moderation_hid_is_told_once_for_each_mark() -> None:
    ledger = golden(5)
    ledger.add("notice:4", minute=6, type="moderation", action="hide")
    ledger.openings[3] = ledger.openings[2] = {"hidden_by": 5}

    code, said = checked(ledger)

    assert code == 1
    assert "entry 2 (release ocds-test00-0002): hidden by entry 5 (notice:4)" in said
    assert "entry 3 (release ocds-test00-0003): its content has vanished" in said


def test_a_changed_key_is_found(tmp_path: Path) -> None:
    state = tmp_path / "state"
    checked(golden(3), "--state", state)
    stolen = golden(3)
    stolen.key = Ed25519PrivateKey.generate()

    code, said = checked(stolen)
    again, told = checked(stolen, "--state", state)
    given, refused = checked(stolen, "--key", golden().verifier_key)

    assert (code, again, given) == (0, 1, 1), said
    assert "no right signature of the known key" in told
    assert "no right signature of the known key" in refused


def test_a_changed_name_is_found(tmp_path: Path) -> None:
    state = tmp_path / "state"
    checked(golden(3), "--state", state)
    renamed = golden(3)
    renamed.origin = "other.example/ledger"

    code, said = checked(renamed, "--state", state)

    assert code == 1
    assert "the ledger calls itself 'other.example/ledger'" in said


def test_the_quick_check_takes_the_proof_of_continuation_and_nothing_less(tmp_path: Path) -> None:
    state, leaves = tmp_path / "state", [rules.leaf_hash(body) for body in golden().bodies]
    checked(golden(200), "--state", state)
    nodes = {(level, number): verify.root_of(leaves[number << level : (number + 1) << level]) for level in range(9)
             for number in range(300 >> level)}  # fmt: skip
    proof = [step.hex() for step in rules.consistency_proof(200, 300, nodes.__getitem__)]
    right = json.dumps({"proof": proof}).encode()
    wrong = json.dumps({"proof": proof[::-1]}).encode()

    said = [
        served(golden().files() | {"ledger/consistency/200/300.json": given}, "--quick", "--state", state)
        for given in (wrong, right)
    ]

    assert [code for code, _ in said] == [1, 0]
    assert "fork: the newer checkpoint does not continue the older one" in said[0][1]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "not written as a checkpoint"),
        (b"\xff\xfe", "not written as a checkpoint"),
        (b"golden.example/ledger\n99999999999999999999999\nAAAA\n\n", "not written as a checkpoint"),
        (b"golden.example/ledger\n007\nAAAA\n\n", "not written as a checkpoint"),
        (b"golden.example/ledger\n3\n!!!!\n\n", "is not right base64"),
        (b"golden.example/ledger\n3\nAAB=\n\n", "is not right base64"),
        (b"golden.example/ledger\n3\nAAAA\n\n", "claims what no ledger has"),
        (b"golden.example/ledger\n3\n" + base64.b64encode(bytes(32)) + b"\n\n", "no right signature"),
    ],
)
def test_a_checkpoint_that_is_none_is_refused(head: bytes, words: str) -> None:
    code, said = served(golden(3).files() | {"ledger/checkpoint": head})

    assert code == 1
    assert words in said


def test_a_huge_size_is_refused_even_where_it_is_signed() -> None:
    ledger = golden(3)

    code, said = served(ledger.files() | {"ledger/checkpoint": ledger.sign(2**62, bytes(32))})

    assert code == 1
    assert "claims what no ledger has" in said


@pytest.mark.parametrize("public", [bytes(32), b"\x01" + bytes(31), b"\xff" * 32])
def test_a_key_that_signs_everything_is_refused(public: bytes) -> None:
    ledger = golden(3)
    text = rules.checkpoint_text(ledger.origin, 3, verify.root_of([rules.leaf_hash(body) for body in ledger.bodies]))
    note = rules.signed_note(text, ledger.origin, public_key=public, signature=b"\x01" + bytes(63)).encode()

    code, said = served(
        ledger.files() | {"ledger/checkpoint": note}, "--key", rules.verifier_key(ledger.origin, public)
    )

    assert code == 1
    assert "no right signature" in said


def test_a_signature_has_one_spelling_only() -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    public, signature = KEY.public_key().public_bytes_raw(), KEY.sign(b"text")
    second = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")

    assert verify.ed25519_is_valid(public, b"text", signature)
    assert not verify.ed25519_is_valid(public, b"text", second)
    assert not verify.ed25519_is_valid(public, b"other", signature)
    assert not verify.ed25519_is_valid(public, b"text", signature[:63])


def test_signatures_are_judged_as_by_the_library() -> None:
    for number in range(20):
        key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        public, signature = key.public_key().public_bytes_raw(), key.sign(bytes([number]))
        flipped = bytes([signature[0] ^ 1]) + signature[1:]

        assert verify.ed25519_is_valid(public, bytes([number]), signature)
        assert not verify.ed25519_is_valid(public, bytes([number]), flipped)


def test_the_public_example_of_a_signed_note_is_right() -> None:
    key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="

    decoded = base64.b64decode(signature)
    public = base64.b64decode(key.split("+", 2)[2])[1:]

    assert decoded[:4].hex() == "c74f20a3"
    assert verify.ed25519_is_valid(public, text.encode(), decoded[4:])


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x" * 65_536)
    except OSError:
        return


def elsewhere(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://127.0.0.2:9/ledger/key")
    handler.end_headers()


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x")


def nonsense(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\x01\x02\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (endless, "the answer is longer than"),
        (elsewhere, "is answered 302 (redirects are not followed)"),
        (cut_off, "was cut off"),
        (nonsense, "does not answer"),
    ],
)
def test_a_hostile_portal_ends_the_check_cleanly(answer: Callable[..., None], words: str) -> None:
    with served_by(answer) as address:
        code, said = run_verifier(address)

    assert code == 2
    assert words in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "address", ["ftp://x", "file:///etc/passwd", "portal.example", "http://", "http://127.0.0.1:1"]
)
def test_an_address_that_is_none_is_told(address: str) -> None:
    code, said = run_verifier(address)

    assert code == 2
    assert "cannot be checked" in said


@pytest.mark.parametrize(
    "line", [b"{", b"[]\n", b'{"position": "x"}\n', b'{"position": 0, "salt": "zz", "public": ""}\n']
)
def test_openings_that_are_none_are_refused(line: bytes) -> None:
    code, said = served(golden(1).files() | {"ledger/openings/0.jsonl": line})

    assert code == 1
    assert "Traceback" not in said


def served(files: dict[str, bytes], *options: object) -> tuple[int, str]:
    with served_files(files) as address:
        return run_verifier(address, *options)


def without_last_entry() -> dict[str, bytes]:
    files = golden().files()
    short = golden(299).files()["ledger/tile/entries/001.p/43"]
    return files | {"ledger/tile/entries/001.p/44": short}


def rewritten(folder: Path, change: Callable[[Ledger], object]) -> str:
    """Let a portal change its history and sign it anew; tell what a reader with an older checkpoint hears."""
    state, ledger = folder / "state", golden()
    checked(ledger, "--state", state)
    change(ledger)

    code, said = checked(ledger, "--state", state)

    assert code == 1
    return said


def grow(ledger: Ledger, count: int) -> None:
    for number in range(count):
        ledger.add(f"new {number}", minute=400 + number)


def redact(ledger: Ledger, position: int) -> None:
    said = json.loads(ledger.bodies[position])
    ledger.add(
        said["id"], minute=len(ledger.bodies) + 1, public=canonical_json({"redacts": position}), action="redact",
        redacts=position, reason="personal data",
    )  # fmt: skip
    ledger.openings[position] = {}
