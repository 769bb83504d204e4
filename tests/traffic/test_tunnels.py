"""Public addresses: tunnels that a receiver opens and closes, played by programs of ours; and what a hint says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import types
from pathlib import Path

import pytest

from chatbot_nb.errors import ReceiverError
from chatbot_nb.traffic import tunnels
from chatbot_nb.traffic.receiver import Receiver

QUICK = "https://four-random-english-words.trycloudflare.com"
# Says what the real one says, after an error that names another address.
CLOUDFLARED = """\
#!/bin/sh
echo "$@" >> "$0.arguments"
echo "$$" >> "$0.pids"
echo '2026-11-25T10:00:00Z ERR failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": EOF' >&2
echo '2026-11-25T10:00:01Z INF |  Your quick Tunnel has been created! Visit it at:   |' >&2
echo '2026-11-25T10:00:01Z INF |  {url}  |' >&2
{then}
"""


@pytest.fixture
def cloudflared(tmp_path, monkeypatch):
    """Put such a program on the PATH: ``cloudflared(url, then) -> its path``."""

    def make(url=QUICK, then="exec sleep 60"):
        program = tmp_path / "cloudflared"
        program.write_text(CLOUDFLARED.format(url=url, then=then))
        program.chmod(0o755)
        return program

    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return make


def pids(program):
    return [int(line) for line in Path(f"{program}.pids").read_text().split()]


def gone_within(pid, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_a_quick_tunnel(receive, cloudflared):
    """Its address is the receiver's, with the random path; its host is let in; stop() ends the program."""
    program = cloudflared()
    peer = receive(tunnel="cloudflared")
    receiver = peer.receiver
    assert receiver.url == f"{QUICK}{peer.address.path}"
    assert len(peer.address.path) > 20
    arguments = Path(f"{program}.arguments").read_text()
    assert arguments == f"tunnel --no-autoupdate --url http://127.0.0.1:{peer.address.port}\n"
    assert peer.send("POST", b"{}", {"Host": QUICK.removeprefix("https://")})[0] == 200
    assert peer.send("POST", b"{}", {"Host": "api.trycloudflare.com"})[0] == 421
    (pid,) = pids(program)
    receiver.stop()
    assert gone_within(pid, 0.1)


def test_a_cell_that_runs_twice_keeps_its_tunnel(receive, cloudflared):
    """Another one would have another address, and the connection points to this one."""
    program = cloudflared()
    first = receive(tunnel="cloudflared", name="tunnel")
    second = receive(tunnel="cloudflared", name="tunnel")
    assert second.receiver.url == first.receiver.url
    assert len(pids(program)) == 1
    second.receiver.stop()
    assert gone_within(pids(program)[0], 0.1)


def test_no_such_program(monkeypatch, tmp_path):
    """The error says what to install; nothing is left running."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReceiverError, match=r"^tunnel='cloudflared': there is no such program; install it from https"):
        Receiver(tunnel="cloudflared", name="none").start()
    with Receiver(name="none") as receiver:
        assert receiver.running


def test_a_program_that_gives_no_address(cloudflared, monkeypatch):
    """What it said last is in the error; it is ended."""
    program = cloudflared(url="429 Too Many Requests", then="exec sleep 60")
    monkeypatch.setattr(tunnels, "_SECONDS", 0.3)
    with pytest.raises(ReceiverError, match=r"no address came within 0 s\. It said: .*429 Too Many Requests"):
        Receiver(tunnel="cloudflared", name="none").start()
    assert gone_within(pids(program)[0], 0.1)
    cloudflared(url="no", then="exit 1")
    monkeypatch.setattr(tunnels, "_SECONDS", 30)
    begin = time.monotonic()
    with pytest.raises(ReceiverError, match="no address came"):
        Receiver(tunnel="cloudflared", name="none").start()
    assert time.monotonic() - begin < 10


def test_a_tunnel_that_ends_by_itself(receive, cloudflared):
    """check() says so."""
    program = cloudflared()
    peer = receive(tunnel="cloudflared", errors=True)
    thread = next(one for one in threading.enumerate() if one.name == "chatbot_nb tunnel")
    os.kill(pids(program)[0], signal.SIGKILL)
    thread.join(10)
    with pytest.raises(ReceiverError, match="the tunnel ended by itself"):
        peer.receiver.check()


@pytest.mark.parametrize("how", ["killed", "ended"])
def test_case_60_the_kernel_ends_and_so_does_the_tunnel(cloudflared, how):
    """Nothing leads to a port that is another program's by then."""
    program = cloudflared()
    script = """
        import os, sys, time
        import chatbot_nb as cb
        receiver = cb.Receiver(tunnel="cloudflared").start()
        os.fork() or time.sleep(60)
        print("started", flush=True)
        sys.stdin.read()
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as kernel:
        assert kernel.stdout.readline() == b"started\n"
        if how == "killed":
            kernel.kill()
        kernel.stdin.close()
        kernel.wait(10)
        assert gone_within(pids(program)[0], 2)
        os.killpg(kernel.pid, signal.SIGKILL)  # the fork


def test_a_function_of_the_port(receive):
    """Its address is taken, and what it gave to close it is called once."""
    closed = []
    ports = []

    def tunnel(port):
        ports.append(port)
        return "https://tunnel.example/", lambda: closed.append(port)

    peer = receive(tunnel=tunnel)
    assert ports == [peer.address.port]
    assert peer.receiver.url == f"https://tunnel.example{peer.address.path}"
    assert peer.send("POST", b"{}", {"Host": "tunnel.example"})[0] == 200
    peer.receiver.stop()
    peer.receiver.stop()
    assert closed == ports
    assert receive(tunnel=lambda _port: "http://plain.example").receiver.url.startswith("http://plain.example/")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        pytest.param(None, "returned NoneType: the public address as text is needed", id="nothing"),
        pytest.param("tunnel.example", "an address like 'https://name.example' is needed", id="no-scheme"),
        pytest.param("https://tunnel.example/api", "its address has a path", id="path"),
    ],
)
def test_a_function_that_returns_something_else(given, text):
    """Is refused, and nothing is left running."""
    with pytest.raises(ReceiverError, match=text):
        Receiver(tunnel=lambda _port: given, name="none").start()
    assert Receiver(name="none").start().stop() is None


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ({"tunnel": "localtunnel"}, "Receiver(tunnel='localtunnel'): 'ngrok', 'cloudflared' or a function"),
        ({"tunnel": "ngrok", "public_url": "https://a.example"}, "one of them is needed"),
    ],
)
def test_arguments_that_make_no_sense(keywords, text):
    """Are refused at once."""
    with pytest.raises(ReceiverError) as caught:
        Receiver(**keywords)
    assert text in str(caught.value)


@pytest.fixture
def pyngrok(monkeypatch):
    """A module as pyngrok is, whose agent is a process that sleeps."""
    module = types.ModuleType("pyngrok")
    module.calls, module.tunnels, module.error = [], [], None
    agent = subprocess.Popen(["sleep", "60"])

    class Error(Exception):
        ngrok_error = None

    class Config:
        start_new_session = False

    default = Config()

    def connect(addr, proto, pyngrok_config):
        assert pyngrok_config is not default  # which is the user's
        module.calls.append(("connect", addr, proto, pyngrok_config.start_new_session))
        if module.error:
            raise Error(module.error)
        module.tunnels.append("https://abc.ngrok-free.app")
        return types.SimpleNamespace(public_url=module.tunnels[-1])

    def disconnect(url, pyngrok_config):
        assert pyngrok_config.start_new_session
        module.calls.append(("disconnect", url))
        module.tunnels.remove(url)

    def kill(_config):
        module.calls.append(("kill",))
        agent.kill()
        agent.wait()

    module.conf = types.SimpleNamespace(get_default=lambda: default)
    module.exception = types.SimpleNamespace(PyngrokError=Error)
    module.ngrok = types.SimpleNamespace(
        connect=connect,
        disconnect=disconnect,
        kill=kill,
        get_tunnels=lambda _config: module.tunnels,
        get_ngrok_process=lambda _config: types.SimpleNamespace(proc=agent),
    )
    monkeypatch.setitem(sys.modules, "pyngrok", module)
    yield module
    agent.kill()
    agent.wait()


def test_ngrok(receive, pyngrok):
    """Opened for the port, closed by stop(); the agent ends unless the user has other tunnels."""
    peer = receive(tunnel="ngrok")
    assert peer.receiver.url == f"https://abc.ngrok-free.app{peer.address.path}"
    assert peer.send("POST", b"{}", {"Host": "abc.ngrok-free.app"})[0] == 200
    peer.receiver.stop()
    opened = ("connect", f"127.0.0.1:{peer.address.port}", "http", True)
    assert pyngrok.calls == [opened, ("disconnect", "https://abc.ngrok-free.app"), ("kill",)]


def test_the_users_own_tunnels_go_on(receive, pyngrok):
    """The agent is shared."""
    pyngrok.tunnels.append("https://own.ngrok-free.app")
    receive(tunnel="ngrok").receiver.stop()
    assert pyngrok.calls[-1][0] == "disconnect"


def test_ngrok_refuses(pyngrok):
    """The code is named, never the account's token, which its text may quote."""
    pyngrok.error = "The authtoken you specified is wrong. Your authtoken: s3cret ERR_NGROK_105"
    with pytest.raises(ReceiverError) as caught:
        Receiver(tunnel="ngrok", name="none").start()
    assert "ERR_NGROK_105, see https://ngrok.com/docs/errors/err_ngrok_105" in str(caught.value)
    assert "NGROK_AUTHTOKEN" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_ngrok_is_not_installed(monkeypatch):
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "pyngrok", None)
    with pytest.raises(ReceiverError, match=r"pyngrok is not installed; pip install 'chatbot_nb\[ngrok\]'"):
        Receiver(tunnel="ngrok", name="none").start()


@pytest.mark.parametrize(
    ("variables", "texts"),
    [
        pytest.param(
            {"CODESPACE_NAME": "fluffy-owl", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev"},
            [
                "https://fluffy-owl-{port}.app.github.dev{path}",
                "gh codespace ports visibility {port}:public -c fluffy-owl",
            ],
            id="codespaces",
        ),
        pytest.param({"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"}, ["JupyterHub", "tunnel="], id="hub"),
        pytest.param({"COLAB_RELEASE_TAG": "release-colab"}, ["Colab", "tunnel=", "may end a runtime"], id="colab"),
        pytest.param({"KAGGLE_KERNEL_RUN_TYPE": "Interactive"}, ["Kaggle", "tunnel="], id="kaggle"),
        pytest.param({}, ["127.0.0.1", "tunnel='cloudflared'", "public_url="], id="plain"),
    ],
)
@pytest.mark.only_mode("thread")
def test_hints(receive, monkeypatch, variables, texts):
    """How ChatBot could reach this receiver from outside, where the kernel runs."""
    for name in (
        *("CODESPACE_NAME", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN", "JUPYTERHUB_SERVICE_PREFIX"),
        *("COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE", "KAGGLE_URL_BASE"),
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    peer = receive()
    for text in texts:
        assert text.format(port=peer.address.port, path=peer.address.path) in peer.receiver.hint
    assert Receiver().hint
