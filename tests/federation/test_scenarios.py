"""The numbered scenarios of the threat list over a real node and a spoiled link. What is refused changes nothing."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.federation.fault_proxy import FaultProxy
from tests.federation.nodes import DriverFault, Node, Pair

LOG = "cn+kz/kz"


def _refused(node: Node, code: str) -> str:
    with pytest.raises(DriverFault) as caught:
        node.do(code)
    return caught.value.code


def _state(node: Node) -> tuple[int, str]:
    """What must not change when something is refused."""
    found = node.value(f"log_state({LOG!r})")
    return found["size"], json.dumps([found["root"], found["entries"], found["rows"]])


@contextmanager
def _spoiled(pair: Pair, count: int) -> Iterator[FaultProxy]:
    """Almaty with so many records, served; Nanjing sees it through the proxy, and has followed once before."""
    pair.kz.serve()
    pair.cn.do(f"pull({pair.kz.address!r})")
    pair.kz.do(f"grow({count})")
    with FaultProxy(pair.kz.port) as proxy:
        pair.cn.do(f"Partner.objects.update(address={proxy.address!r})")
        yield proxy


def _sweep(pair: Pair, *, count: int, cuts: Callable[[int], list[int]]) -> None:
    with _spoiled(pair, count) as proxy:
        before = _state(pair.cn)
        pair.cn.do("pull()")
        whole = proxy.towards_client
        assert _state(pair.cn) != before
        for cut in cuts(whole):
            pair.kz.do("value = grow(1)")
            start = _state(pair.cn)
            proxy.faults.cut_after = cut
            try:
                pair.cn.do("pull()")
                applied = True
            except DriverFault as fault:
                assert fault.code in ("link.cut", "link.answer"), fault
                applied = _state(pair.cn) != start  # cut behind the page, before the answer to the receipt
            proxy.faults.cut_after = -1
            if not applied:
                assert _state(pair.cn) == start
            pair.cn.do("pull()")
        pair.in_step(LOG)


def test_1_cut_anywhere(pair: Pair) -> None:
    """Scenario 1: the connection ends after byte k of the answers: nothing is applied, or a page whole."""
    _sweep(pair, count=30, cuts=lambda whole: [0, 1, *range(40, whole, max(1, whole // 10))])


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_1_cut_at_every_byte(pair: Pair) -> None:
    """Scenario 1 in full: every third byte."""
    _sweep(pair, count=5, cuts=lambda whole: list(range(0, whole, 3)))


def _kill_moments(pair: Pair, moments: int) -> None:
    pair.kz.serve()
    pair.cn.do(f"Partner.objects.update(address={pair.kz.address!r})")
    pair.cn.close()
    for moment in range(moments):
        pair.kz.do("grow(40)")
        command = [sys.executable, "-m", "jointlab.node", "pull", "--node", str(pair.cn.folder)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.6 + 1.2 * moment / max(1, moments))  # from before the first request until after the commit
        process.kill()
        process.wait()
        size = pair.cn.value(f"Log.objects.get(name={LOG!r}).size")
        assert size == pair.cn.value(f"Entry.objects.filter(log={LOG!r}).count()")
        assert pair.cn.value("verifying.verify_log('cn+kz/kz')[1]")
    pair.cn.do("pull()")
    pair.in_step(LOG)


def test_2_kill_9_while_pulling(pair: Pair) -> None:
    """Scenario 2: no gap, no duplicate."""
    _kill_moments(pair, 5)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_2_kill_9_at_200_moments(pair: Pair) -> None:
    """Scenario 2 in full."""
    _kill_moments(pair, 200)


def _evil(pair: Pair, change: str) -> str:
    """Almaty signs something that it must not; what Nanjing then says of the link."""
    pair.kz.serve()
    pair.kz.do("grow(5)")
    pair.cn.do(f"pull({pair.kz.address!r})")
    pair.kz.do(
        "from jointlab.ledger.checkpoints import Checkpoint as Said, cosign, sign_checkpoint\n"
        "from jointlab.history.signing import cosigner\n"
        f"log = Log.objects.get(name={LOG!r})\n"
        "frontier = Frontier.from_bytes(bytes(log.frontier))\n"
        "honest = {one.pk: (one.size, one.note) for one in Checkpoint.objects.filter(log=log)}\n"
        f"said = {change}\n"
        "newest = Checkpoint.objects.filter(log=log).order_by('-size').first()\n"
        "note = sign_checkpoint(said, house_key()).to_bytes().decode()\n"
        "Checkpoint.objects.filter(pk=newest.pk).update(size=said.size, note=note)\n"
        # An honest node that is asked for more than it has signed says so, and shows no shorter log.
        "Log.objects.filter(name=log.name).update(signed_size=max(said.size, log.signed_size))"
    )
    before = _state(pair.cn)
    pair.cn.do("value = pull()")
    assert _state(pair.cn) == before  # what is held stays readable
    state = pair.cn.value(f"[Log.objects.get(name={LOG!r}).state, Halt.objects.get(log={LOG!r}).reason]")
    assert state[0] == "halted"
    assert _refused(pair.cn, f"mirroring.accept({LOG!r}, b'', [])") == "history.halted"  # nothing heals by itself
    pair.kz.do(
        "for pk, (size, note) in honest.items(): Checkpoint.objects.filter(pk=pk).update(size=size, note=note)\n"
        "Log.objects.filter(name=log.name).update(signed_size=log.size)"
    )
    return str(state[1])


def test_6_a_smaller_checkpoint(pair: Pair) -> None:
    """Scenario 6: rollback; other logs and the other direction go on; people settle it."""
    assert _evil(pair, "Said(log.origin, 2, bytes(32))") == "rollback"
    assert "halted" in pair.cn.run("status")
    pair.cn.run("partners", "settle", LOG, "--why", "A test restored its rows.")
    pair.cn.do("pull()")
    assert pair.cn.value(f"Log.objects.get(name={LOG!r}).state") == "open"


def test_7_two_roots_for_one_size(pair: Pair) -> None:
    """Scenario 7: equivocation; the evidence convinces somebody who has nothing but the file."""
    assert _evil(pair, "Said(log.origin, log.size, bytes(32))") == "equivocation"
    proof = pair.cn.folder / "evidence.json"
    pair.cn.run("verify", LOG, "--save", str(proof), status=1)
    assert "signed with two different roots" in pair.kz.run("verify", str(proof))
    proof.write_bytes(proof.read_bytes().replace(b'"held":"', b'"held":"AAAA'))
    assert "two different roots" not in pair.kz.run("verify", str(proof))


def test_9_flipped_bits(pair: Pair) -> None:
    """Scenario 9: a bit anywhere in an answer: refused and asked again, nothing applied, nobody blamed."""
    with _spoiled(pair, 12) as proxy:
        pair.cn.do("pull()")
        whole = proxy.towards_client
        for flip in range(15, whole, max(1, whole // 14)):
            pair.kz.do("grow(1)")
            before = _state(pair.cn)
            proxy.faults.flip = flip
            try:
                pair.cn.do("pull()")
            except DriverFault:
                assert _state(pair.cn)[0] in (before[0], before[0] + 1)
            proxy.faults.flip = -1
            assert pair.cn.value(f"Log.objects.get(name={LOG!r}).state") == "open"
            pair.cn.do("pull()")
        pair.in_step(LOG)


def test_doubled_requests_and_half_open_links(pair: Pair) -> None:
    """What arrives twice counts once; what never answers is given up, and does not block the other way."""
    with _spoiled(pair, 12) as proxy:
        proxy.faults.double = True
        _try(pair.cn, "pull()")
        proxy.faults.double = False
        pair.cn.do("pull()")
        pair.in_step(LOG)
        proxy.faults.half_open = True
        assert _refused(pair.cn, "client.TIMEOUT = 1.0; pull()") == "link.cut"


def _try(node: Node, code: str) -> None:
    try:
        node.do(code)
    except DriverFault as fault:
        assert fault.code.startswith(("link.", "partner.")), fault


class Scripted:
    """A server that answers every request with the same bytes."""

    def __init__(self, answer: Callable[[], Iterator[bytes]]) -> None:
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.requests = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                self.requests += 1
                try:
                    for part in self._answer():
                        connection.sendall(part)
                except OSError:
                    continue

    def close(self) -> None:
        """No more answers."""
        self._socket.close()


@pytest.fixture
def scripted() -> Iterator[Callable[[Callable[[], Iterator[bytes]]], Scripted]]:
    """Servers that end with the test."""
    made: list[Scripted] = []

    def make(answer: Callable[[], Iterator[bytes]]) -> Scripted:
        made.append(Scripted(answer))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_15_a_bomb_from_the_partner(pair: Pair) -> None:
    """Scenario 15: a page that would become 300 MiB is refused by the puller without taking the memory."""
    pair.cn.do(
        "import resource, zstandard\n"
        "from jointlab.federation import codec\n"
        "big = zstandard.ZstdCompressor(level=19).compressobj(size=300 << 20)\n"
        "bomb = b''.join([*(big.compress(bytes(1 << 20)) for _ in range(300)), big.flush()])\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss"
    )
    assert _refused(pair.cn, "codec.read_page(bomb)") == "page.size"
    assert pair.cn.value("resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before") < 64 * 1024


def test_16_answers_without_end(pair: Pair, scripted: Callable[..., Scripted]) -> None:
    """Scenario 16, the puller's side: 10 GiB announced, a lie about the length, chunks for ever: cut at the limit."""

    def announced() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n"
        yield b"x"

    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for _ in range(1000):
            yield b"10000\r\n" + bytes(65536) + b"\r\n"

    def short() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx"

    before = _state(pair.cn)
    for answer, code in ((announced, "link.size"), (endless, "link.size"), (short, "link.cut")):
        server = scripted(answer)
        assert _refused(pair.cn, f"pull('http://127.0.0.1:{server.port}')") == code
    assert _state(pair.cn) == before


def test_16_requests_without_end(pair: Pair) -> None:
    """Scenario 16, the server's side: a body beyond the limit is refused before it is read."""
    pair.kz.serve()
    for head, status in (
        (b"Content-Length: 10737418240\r\n", b"400"),
        (b"Content-Length: 300000\r\n", b"400"),
    ):
        with socket.create_connection(("127.0.0.1", pair.kz.port), timeout=20) as one:
            one.sendall(b"POST /fed/v1/poke HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head + b"\r\n" + bytes(1000))
            assert status in one.recv(65536).split(b"\r\n")[0]


def test_17_replays(pair: Pair) -> None:
    """Scenario 17: a POST counts once, within the window and after it; another body, an uncovered body: 401 each."""
    pair.kz.serve()
    pair.cn.do(
        "import http.client, time\n"
        "from jointlab.federation.signatures import Request, sign\n"
        f"def send(method, path, body, headers):\n"
        f"    one = http.client.HTTPConnection('127.0.0.1', {pair.kz.port})\n"
        "    one.request(method, path, body or None, headers)\n"
        "    answer = one.getresponse()\n"
        "    said = answer.read()\n"
        "    return [answer.status, json.loads(said)['title'] if said else '']\n"
        f"def signed(method, path, body=b'', now=None):\n"
        f"    request = Request(method, 'http://127.0.0.1:{pair.kz.port}' + path, body)\n"
        "    return sign(request, house_key(), keyid=own_keyid(), now=int(now or time.time()))\n"
        "path = '/fed/v1/logs/cn+kz/kz/cosignatures'\n"
        "good = signed('POST', '/fed/v1/poke')"
    )
    assert pair.cn.value("send('POST', '/fed/v1/poke', b'', good)") == [202, ""]
    assert pair.cn.value("send('POST', '/fed/v1/poke', b'', good)") == [401, "signature"]
    old = "send('POST', '/fed/v1/poke', b'', signed('POST', '/fed/v1/poke', now=time.time() - 301))"
    assert pair.cn.value(old) == [401, "skew"]
    assert pair.cn.value("send('POST', path, b'other', signed('POST', path, b'body'))") == [401, "signature"]
    assert pair.cn.value("send('POST', path, b'body', signed('POST', path))") == [401, "signature"]  # not covered
    assert pair.cn.value("send('GET', '/fed/v1/logs', b'', {})") == [401, "signature"]
    assert pair.cn.value("send('POST', '/fed/v1/logs', b'', signed('GET', '/fed/v1/logs'))") == [400, "request"]
    stranger = "sign(Request('GET', 'x', b''), house_key(), keyid='xx#00000000', now=int(time.time()))"
    assert pair.cn.value(f"send('GET', '/fed/v1/logs', b'', {stranger})") == [403, "not-paired"]


@pytest.mark.parametrize("seconds", [600, -600, 86400, -86400])
def test_18_clocks_apart(pair: Pair, seconds: int) -> None:
    """Scenario 18: refused with a sentence that says what to set; the order of the log does not care."""
    pair.kz.serve()
    pair.kz.do("grow(2)")
    pair.cn.do(f"import time as t; link = client.Link({pair.kz.address!r}, private_allowed=True, key=house_key(), keyid=own_keyid(), clock=lambda: t.time() + {seconds})")  # fmt: skip
    with pytest.raises(DriverFault) as caught:
        pair.cn.do("link.get('/fed/v1/logs')")
    assert caught.value.code == "partner.skew"
    assert "Set both clocks by a time server" in str(caught.value)
    pair.cn.do("link.close()")
    pair.cn.do(f"pull({pair.kz.address!r})")
    assert _state(pair.cn) == _state(pair.kz)


def test_19_redirects_and_private_addresses(pair: Pair, scripted: Callable[..., Scripted]) -> None:
    """Scenario 19: nowhere but to the paired address."""
    target = scripted(lambda: iter([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]))
    for place in (f"http://127.0.0.1:{target.port}/", "http://169.254.169.254/latest/meta-data/"):
        sender = scripted(lambda place=place: iter([f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()]))  # fmt: skip
        assert _refused(pair.cn, f"pull('http://127.0.0.1:{sender.port}')") == "link.redirect"
        assert sender.requests == 1
    assert target.requests == 0
    for address, code in (
        ("https://127.0.0.1", "link.private"), ("https://localhost", "link.private"), ("https://[::1]", "link.private"),
        ("https://169.254.169.254", "link.private"), ("https://10.0.0.1", "link.private"), ("https://[::ffff:10.0.0.1]", "link.private"),
        ("http://example.org", "link.plain"),
    ):  # fmt: skip
        asked = f"client.Link({address!r}, private_allowed=False).get('/')"
        assert _refused(pair.cn, asked) == code, address
    metadata = "client.Link('http://169.254.169.254', private_allowed=True).get('/')"
    assert _refused(pair.cn, metadata) == "link.private"
    for address in ("ftp://a.example", "https://a@b.example", "https://", "https://a.example/?x=1", "javascript:1"):
        assert _refused(pair.cn, f"client.Link({address!r}, private_allowed=True)") == "federation.address"
    renamed = "import jointlab.federation.addresses as a; a.socket.getaddrinfo, kept = (lambda *x, **y: [(0, 0, 0, '', ('93.184.216.34', 443)), (0, 0, 0, '', ('192.168.1.1', 443))]), a.socket.getaddrinfo"  # fmt: skip
    pair.cn.do(renamed)  # a name with a public address and a private one beside it
    assert _refused(pair.cn, "client.Link('https://lab.example', private_allowed=False).get('/')") == "link.private"
    pair.cn.do("a.socket.getaddrinfo = kept")


def test_28_keys_change(pair: Pair) -> None:
    """Scenario 28: rotated, rotated twice while the partner is away, revoked by paper; the old key signs nothing more."""
    kz, cn = pair.kz, pair.cn
    kz.serve()
    cn.do(f"pull({kz.address!r})")
    kz.do("first = house_key(); key_changes.rotate(); grow(2)")
    cn.do("pull()")
    assert cn.value(f"Log.objects.get(name={LOG!r}).size") == kz.value(f"Log.objects.get(name={LOG!r}).size")
    kz.do("key_changes.rotate(); grow(2); second = house_key(); key_changes.rotate(); grow(2)")
    cn.do("pull()")
    pair.cn.serve()
    kz.do(f"pull({cn.address!r})")  # and the new key opens the partner's door
    kz.do("stolen = house_key()")
    said = kz.run("revoke-key", given=kz.recovery + "\n")
    assert "The new key:" in said
    kz.do("grow(3)")
    cn.do("pull()")
    pair.in_step(LOG)
    kz.do("import jointlab.federation.own as p; p.house_key, kept = (lambda: stolen), p.house_key")
    from_stolen = "import jointlab.federation.own as o, jointlab.federation.signatures as s; p.own_keyid, keptid = (lambda: s.key_id('kz', stolen.public)), p.own_keyid"  # fmt: skip
    kz.do(from_stolen)
    assert _refused(kz, "pull()") == "partner.signature"
    kz.do("p.house_key, p.own_keyid = kept, keptid")
    kz.do(
        "from jointlab.ledger.checkpoints import Checkpoint as Said, sign_checkpoint\n"
        f"log = Log.objects.get(name={LOG!r}); grow(1); log.refresh_from_db()\n"
        "newest = Checkpoint.objects.filter(log=log).order_by('-size').first(); honest = newest.note\n"
        "root = Frontier.from_bytes(bytes(log.frontier)).root()\n"
        "forged = sign_checkpoint(Said(log.origin, log.size, root), stolen).to_bytes().decode()\n"
        "Checkpoint.objects.filter(pk=newest.pk).update(note=forged)"
    )
    cn.do("pull()")
    assert cn.value(f"[Log.objects.get(name={LOG!r}).state, Halt.objects.get(log={LOG!r}).reason]") == [
        "halted",
        "void-key",
    ]
    kz.do("Checkpoint.objects.filter(pk=newest.pk).update(note=honest)")
