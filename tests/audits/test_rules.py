"""Each rule of an audit: what it finds, in which words, and what it leaves alone."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from chatbot_nb.audits.audit import audit
from chatbot_nb.audits.columns import COLUMNS

NOW = datetime(2025, 6, 1, tzinfo=UTC)
TIMES = {"created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-05-01T00:00:00Z"}


def account(*rows, **columns):
    """A frame of connections of which nothing is to be said, but for what a test sets."""
    base = [{"id": f"c{n}", "name": f"Name {n}", "url": f"https://h.example/{n}", **TIMES} for n in range(len(rows))]
    frame = pd.DataFrame([one | row for one, row in zip(base, rows, strict=True)]).set_index("id")
    return frame.assign(**columns)


def found(frame, **options):
    """Id, code, severity, message and evidence of each finding."""
    findings = audit(frame, now=NOW, **options).findings
    return list(findings[["id", "code", "severity", "message", "evidence"]].itertuples(index=False, name=None))


def only(frame, **options):
    """All but the id of the one finding."""
    (finding,) = found(frame, **options)
    return finding[1:]


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        pytest.param(
            "Request failed with status code 404",
            "delivery_status_404",
            "the backend answered 404; check that the backend has a POST route at this path",
            id="404",
        ),
        pytest.param(
            "Request failed with status code 410",
            "delivery_status_410",
            "the backend answered 410; see in the backend's log why it refuses the request",
            id="410",
        ),
        pytest.param(
            "Request failed with status code 302",
            "delivery_status_302",
            "the backend answered 302; redirects are not followed, so set the final address",
            id="302",
        ),
        pytest.param(
            "Request failed with status code 503",
            "delivery_status_503",
            "the backend answered 503; look in the backend's log; answer 200 also when something failed, and say so in "
            "a text response",
            id="503",
        ),
        pytest.param(
            "timeout of 10000ms exceeded",
            "delivery_timeout",
            "no complete answer in time; answer first, do slow work later",
            id="timeout",
        ),
        pytest.param(
            "connect ECONNREFUSED 127.0.0.1:9",
            "delivery_econnrefused",
            "nothing listens at that address; start the backend, or correct host and port",
            id="refused",
        ),
        pytest.param(
            "getaddrinfo ENOTFOUND h.example",
            "delivery_enotfound",
            "no host has this name; check its spelling, or delete the connection if the host is gone",
            id="not found",
        ),
        pytest.param(
            "getaddrinfo EAI_AGAIN h.example",
            "delivery_eai_again",
            "the name server gave no answer; check the domain's name servers",
            id="again",
        ),
        pytest.param(
            "connect ETIMEDOUT 192.0.2.1:443",
            "delivery_etimedout",
            "the address does not react; check it, and the firewalls on the way",
            id="connect timeout",
        ),
        pytest.param(
            "connect EHOSTUNREACH 192.0.2.1:443",
            "delivery_unreachable",
            "no way leads to that address; use one that the internet can reach",
            id="unreachable",
        ),
        pytest.param(
            "write EPROTO 140:error:wrong version number",
            "delivery_tls",
            "the port does not speak TLS as expected; check the port and the backend's TLS settings",
            id="tls",
        ),
        pytest.param(
            "Parse Error: Expected HTTP/",
            "delivery_not_http",
            "the answer is not HTTP; check the port, and whether it needs https",
            id="not http",
        ),
        *(
            pytest.param(
                words,
                "delivery_certificate",
                "the certificate was refused; renew it, for this host, from a public authority, with its intermediates",
                id=words,
            )
            for words in (
                "certificate has expired",
                "self signed certificate",
                "self-signed certificate in certificate chain",
                "unable to verify the first certificate",
                "Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames",
            )
        ),
        *(
            pytest.param(
                words, "delivery_hung_up", "the backend cut the connection; look for a crash in its log", id=words
            )
            for words in ("socket hang up", "read ECONNRESET", "stream has been aborted")
        ),
        pytest.param(
            "something new", "delivery_other", "the cause is not a known one; look in the backend's log", id="other"
        ),
    ],
)
def test_a_delivery_error_is_grouped_by_its_cause(error, code, message):
    """In axios' words; the raw text is the evidence."""
    assert only(account({"error": error})) == (code, "error", f"the last delivery failed: {message}", error)


def test_no_error_is_no_finding():
    """Missing, as the frame has it; false, as the API; empty, as a hand-made file."""
    assert found(account({"error": None}, {"error": False}, {"error": " "}, {"error": np.nan})) == []


def test_a_url_in_an_error_is_shown_without_its_credentials():
    """What else the error says stays."""
    (_, _, _, evidence) = only(account({"error": "Invalid URL https://me:pw@h.example/?token=abc now"}))
    assert evidence == "Invalid URL https://***@h.example/?token=*** now"


def test_http_is_a_warning():
    """The evidence is the URL, without what it holds in secret."""
    message = "http, so that what is sent, the token too, can be read on the way; use https"
    assert only(account({"url": "http://h.example/a"})) == ("http", "warning", message, "http://h.example/a")


@pytest.mark.parametrize(
    ("host", "code"),
    [
        pytest.param("localhost", "localhost", id="localhost"),
        pytest.param("LOCALHOST:8000", "localhost", id="case and port"),
        pytest.param("app.localhost", "localhost", id="below localhost"),
        pytest.param("127.0.0.1", "localhost", id="loopback"),
        pytest.param("127.1", "localhost", id="short"),
        pytest.param("2130706433", "localhost", id="decimal"),
        pytest.param("0x7f000001", "localhost", id="hex"),
        pytest.param("0177.0.0.01", "localhost", id="octal"),
        pytest.param("127.0.0.1.", "localhost", id="full stop"),
        pytest.param("\uff10x7f.1", "localhost", id="wide digits"),
        pytest.param("0.0.0.0", "localhost", id="unspecified"),
        pytest.param("[::1]", "localhost", id="IPv6 loopback"),
        pytest.param("[::ffff:127.0.0.1]", "localhost", id="mapped loopback"),
        pytest.param("169.254.169.254", "link_local_address", id="link-local"),
        pytest.param("[fe80::1]", "link_local_address", id="IPv6 link-local"),
        pytest.param("10.1.2.3", "private_address", id="10"),
        pytest.param("192.168.0.1:8443", "private_address", id="192.168"),
        pytest.param("[fd00::1]", "private_address", id="unique local"),
        pytest.param("[::ffff:10.0.0.1]", "private_address", id="mapped private"),
        pytest.param("backend.local", "private_address", id=".local"),
        pytest.param("backend.internal", "private_address", id=".internal"),
        pytest.param("nas.lan", "private_address", id=".lan"),
        pytest.param("nas.home.arpa", "private_address", id=".home.arpa"),
        pytest.param("backend", "private_address", id="one label"),
        pytest.param("user@10.0.0.1", "private_address", id="after a user"),
    ],
)
def test_a_host_that_is_not_on_the_internet(host, code):
    """In every form that browsers accept."""
    found_codes = [finding[1] for finding in found(account({"url": f"https://{host}/hook"}))]
    assert [each for each in found_codes if each != "credentials_in_url"] == [code]


@pytest.mark.parametrize(
    "host",
    ["h.example", "8.8.8.8", "134744072", "[2606:4700::1111]", "localhost.example", "10.example", "bücher.example"],
)
def test_a_public_host_is_no_finding(host):
    """Nothing is looked up: a name with a domain may be public."""
    assert found(account({"url": f"https://{host}/hook"})) == []


def test_the_words_for_a_private_host():
    """Which kind it is, why that fails, what to do."""
    message = "the host is a private or reserved address, and ChatBot calls from the internet and cannot reach it; "
    assert only(account({"url": "https://10.0.0.1/"})) == (
        "private_address",
        "warning",
        message + "use a public address",
        "https://10.0.0.1/",
    )


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("https://me:pw@h.example/", "https://***@h.example/", id="userinfo"),
        pytest.param("https://h.example/?shop=de&code=abc==", "https://h.example/?shop=de&code=***", id="Azure"),
        pytest.param("https://h.example/?API_Key=abc", "https://h.example/?API_Key=***", id="case"),
    ],
)
def test_credentials_in_a_url(url, shown):
    """They are masked, all else stays."""
    message = (
        "the URL holds a user, a password or another secret, which everyone who sees the connection can read; "
        "use the connection's token, headers or auth, and change the secret"
    )
    assert only(account({"url": url})) == ("credentials_in_url", "warning", message, shown)


@pytest.mark.parametrize(
    "url", ["https://h.example/?shop=de&x=1", "https://h.example/?token=", "https://h.example/@me"]
)
def test_a_query_without_secrets_is_no_finding(url):
    """Nor a secret's name without a value."""
    assert found(account({"url": url})) == []


@pytest.mark.parametrize(
    ("url", "finding"),
    [
        pytest.param(None, ("url_missing", "error", "no URL: ChatBot calls nothing; set it", ""), id="missing"),
        pytest.param(
            "  ", ("url_missing", "error", "the URL is empty, and ChatBot calls nothing; set it", ""), id="blank"
        ),
        pytest.param(
            "ftp://h.example/",
            (
                "url_not_http",
                "error",
                "ftp: is neither http nor https; set the backend's URL",
                "ftp://h.example/",
            ),
            id="ftp",
        ),
        pytest.param(
            "h.example/hook",
            (
                "url_unreadable",
                "error",
                "the URL cannot be used: it does not begin with http:// or https:// and a host; correct it",
                "h.example/hook",
            ),
            id="no scheme",
        ),
        pytest.param(
            5,
            ("wrong_type", "warning", "url: 5 is not a text; it counts as missing", "5"),
            id="number",
        ),
    ],
)
def test_a_url_that_nothing_can_be_sent_to(url, finding):
    """It says why, once."""
    assert only(account({"url": url})) == finding


def test_the_same_url_name_and_story():
    """Each of them names the others."""
    same = {"url": "https://h.example/", "name": "Orders", "story_id": "s"}
    a, b = (
        ("same_url", "warning", "the same URL as 1 other connection; merge them if one is enough"),
        ("same_name", "warning", "the same name as 1 other connection; tell them apart"),
    )
    story = ("same_story", "info", "1 other connection of the same story; a story often has several")
    assert found(account(same, {"story_id": "t"}, same)) == [
        *(("c0", *words, "c2") for words in (a, b, story)),
        *(("c2", *words, "c0") for words in (a, b, story)),
    ]


def test_many_of_one_story_are_named_in_part():
    """Three of the others by id, and how many more."""
    evidence = [finding[4] for finding in found(account(*[{"story_id": "s"}] * 6))]
    assert evidence == [
        "c1, c2, c3 and 2 more",
        "c0, c2, c3 and 2 more",
        "c0, c1, c3 and 2 more",
        "c0, c1, c2 and 2 more",
        "c0, c1, c2 and 2 more",
        "c0, c1, c2 and 2 more",
    ]


def test_a_doubled_id():
    """As of two files pasted together; the connections are the rows."""
    frame = account({}, {}).set_axis(pd.Index(["x", "x"], name="id"))
    message = "the same id as 1 other row; remove what was pasted twice"
    assert found(frame) == [("x", "same_id", "warning", message, "")] * 2
    assert audit(frame, now=NOW).summary["connections"].to_list() == [2]


def test_stale_is_older_than_so_many_days():
    """To the second; a time without an offset is UTC."""
    rows = ({"updated_at": "2024-06-01 00:00:00"}, {"updated_at": "2024-05-31T23:59:59Z"})
    message = "not updated for more than 365 days; delete it if nobody needs it any more"
    assert found(account(*rows)) == [("c1", "stale", "info", message, "2024-05-31")]
    assert found(account(*rows), stale_days=366) == []


@pytest.mark.parametrize(
    "updated_at",
    [
        pytest.param(pd.to_datetime(["2024-01-01"]), id="Excel, naive"),
        pytest.param(pd.to_datetime(["2024-01-01T05:00+05:00"]), id="another zone"),
        pytest.param(pd.array([datetime(2024, 1, 1)], dtype=object), id="objects"),  # noqa: DTZ001  # naive on purpose
        pytest.param(pd.array([date(2024, 1, 1)], dtype=object), id="dates"),
        pytest.param(["2024-01-01 00:00:00+00:00"], id="CSV"),
    ],
)
def test_times_of_every_kind_are_read(updated_at):
    """However the file was read."""
    assert only(account({}, updated_at=updated_at))[::3] == ("stale", "2024-01-01")


def test_names_that_differ_only_by_case_blanks_or_form():
    """NFKC: a ligature, a wide letter."""
    names = ["File", "f i l e", "\ufb01le", "Ｆile", "Files"]  # noqa: RUF001  # a ligature and a wide letter
    message = "the name differs from another one only by case, blanks or the form of characters; tell them apart"
    similar = found(account(*({"name": name} for name in names)))
    assert [finding[:4] for finding in similar] == [(f"c{n}", "similar_name", "warning", message) for n in range(4)]
    assert similar[0][4] == "'f i l e', '\ufb01le', 'Ｆile'"  # noqa: RUF001  # the same


@pytest.mark.parametrize("name", [" a", "a ", "a  b", "a\u00a0 b"])
def test_odd_blanks_in_a_name(name):
    """Before, after, twice."""
    message = "blanks before, after or twice within the name, which make it look like another; remove them"
    assert only(account({"name": name})) == ("name_blanks", "warning", message, repr(name))


@pytest.mark.parametrize(
    ("name", "code_point"),
    [("a\u200bb", "200B"), ("a\x07", "0007"), ("a\u202eb", "202E"), ("a\u200db", "200D"), ("a\ufeff", "FEFF")],
)
def test_invisible_characters_in_a_name(name, code_point):
    """The evidence shows where they stand."""
    message = f"the name holds the invisible character U+{code_point}; remove it"
    assert only(account({"name": name})) == ("name_invisible", "warning", message, ascii(name))


@pytest.mark.parametrize(
    "name", ["👩\u200d💻", "\u0645\u06cc\u200c\u062e\u0648", "🏴\U000e0067\U000e0062\U000e007f", "Rückgabe & <b>"]
)
def test_joiners_where_they_belong_are_no_finding(name):
    """In emoji, in Persian, in a flag."""
    assert found(account({"name": name})) == []


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        (None, ("wrong_type", "warning", "name: missing; write a text of 1 to 128 characters", "")),
        ("", ("wrong_type", "warning", "name: nothing but blanks; write a text of 1 to 128 characters", "''")),
        (5, ("wrong_type", "warning", "name: 5 is not a text; it counts as missing", "5")),
        (1.5, ("wrong_type", "warning", "name: 1.5 is not a text; it counts as missing", "1.5")),
        (
            date(2024, 5, 1),
            ("wrong_type", "warning", "name: '2024-05-01' is not a text; it counts as missing", "'2024-05-01'"),
        ),
    ],
)
def test_a_name_that_is_no_text(name, finding):
    """What Excel and CSV make of names."""
    assert only(account({"name": name})) == finding


def test_no_token():
    """Only where it is known: not where the details could not be read, nor in a list without details."""
    message = "no token: the backend cannot tell ChatBot's requests from others; set one, and check it in the backend"
    known = pd.array([True, False, None], dtype="boolean")
    assert found(account({}, {}, {}, has_token=known)) == [("c1", "no_token", "warning", message, "")]
    assert found(account({}, {}, {})) == []


@pytest.mark.parametrize("values", [["True", "FALSE", ""], [1.0, 0.0, np.nan], [True, False, None]])
def test_truth_values_of_files_are_read(values):
    """Text of a CSV, numbers of Excel; an empty text is neither."""
    codes = [(finding[0], finding[1]) for finding in found(account({}, {}, {}, has_token=values))]
    assert ("c1", "no_token") in codes
    assert ("c0", "no_token") not in codes
    assert codes.count(("c2", "wrong_type")) == (values[2] == "")


def test_headers_that_clash_with_the_platforms():
    """Whatever their case; Authorization only where auth is set too."""
    frame = account({}, {}, {}, headers=["X-Key, content-type, HOST", "Authorization", "Authorization"])
    assert found(frame.assign(auth_username=[None, "me", None])) == [
        (
            "c0",
            "header_clash",
            "warning",
            "the platform sets 'content-type', 'HOST' itself; remove the custom header of that name",
            "content-type, HOST",
        ),
        (
            "c1",
            "header_clash",
            "warning",
            "auth and a custom header both set Authorization, and only one is sent; remove one of them",
            "Authorization",
        ),
    ]


def revealed(*rows):
    empty = {"token": None, "header_values": None, "auth_password": None, "has_token": True}
    return account(*({**empty, **row} for row in rows))


@pytest.mark.parametrize(
    ("secret", "what"),
    [
        pytest.param({"token": "t0ken-sesame"}, "the token", id="token"),
        pytest.param({"auth_password": "t0ken-sesame"}, "the auth password", id="password"),
        pytest.param({"header_values": '{"X-A": "t0ken-sesame"}'}, "the header 'X-A'", id="header"),
        pytest.param(
            {"header_values": '{"Authorization": "Bearer t0ken-sesame"}'}, "the header 'Authorization'", id="bearer"
        ),
    ],
)
@pytest.mark.parametrize(
    ("column", "text", "shown"),
    [
        pytest.param("name", "Orders (t0ken-sesame)", "Orders (***)", id="name"),
        pytest.param("url", "https://h.example/t0ken-sesame?a=1", "https://h.example/***?a=1", id="url"),
        pytest.param("note", "use t0ken-sesame, t0ken-sesame!", "use ***, ***!", id="a column of the user's"),
    ],
)
def test_a_secret_shown_elsewhere(secret, what, column, text, shown):
    """On whatever row; neither message nor evidence shows it."""
    message = f"{column} shows {what} of connection c0; set a new one, and keep it out of {column}"
    frame = revealed(secret, {column: text})
    assert found(frame) == [("c1", "secret_shown", "error", message, shown)]


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        pytest.param({"token": "t0ken"}, "t0kens", id="part of a word"),
        pytest.param({"token": "abc"}, "abc", id="three characters"),
        pytest.param({"header_values": '{"x-region": "de"}'}, "de", id="a header that is no secret"),
        pytest.param({"header_values": '{"x-channel": "chatbot-shop"}'}, "chatbot-shop", id="plain words"),
        pytest.param({"token": "--!!--"}, "--!!--", id="no letter"),
    ],
)
def test_what_is_found_by_chance_is_no_secret(secret, text):
    """A secret counts as a word; of headers, what looks like one."""
    assert found(revealed(secret, {"note": text})) == []


def test_a_secret_written_as_urls_write_it():
    """Percent-encoded."""
    (_, _, message, evidence) = only(revealed({"token": "p w/1"}, {"url": "https://h.example/p%20w%2F1"}))
    assert message.startswith("url shows the token of connection c0")
    assert evidence == "https://h.example/***"


def test_header_values_that_are_no_json_object():
    """They are named, never shown."""
    message = "header_values: the value is not a JSON object; it counts as missing"
    assert only(revealed({"header_values": "X: s3same"})) == ("wrong_type", "warning", message, "the value")


def test_a_token_that_excel_made_a_number_is_not_shown():
    """The cell is named by its column."""
    message = "token: the value is not a text; it counts as missing"
    assert only(revealed({"token": 12345678})) == ("wrong_type", "warning", message, "the value")


def test_unreadable_times_of_a_file():
    """The text is the evidence."""
    message = "created_at: '1.5.2024' is not a time of ISO 8601; write it as 2021-06-09T07:35:00Z"
    finding = ("unreadable_time", "warning", message, "'1.5.2024'")
    assert only(account({"created_at": "1.5.2024"})) == finding


def test_unreadable_times_of_the_api():
    """What was sent comes from the findings of the frame, past a connection that was left out."""
    times = pd.to_datetime(["2025-05-01", None, None], utc=True)
    frame = account({}, {}, {}, updated_at=times)
    frame.attrs["findings"] = [
        {"pointer": "/0/id", "actual": "null"},
        {"pointer": "/2/updatedAt", "actual": "'2020-04-1T00'"},
        {"pointer": "/3/updatedAt", "actual": None},
    ]
    next_step = "the age of the connection is not known"
    message = f"updated_at: '2020-04-1T00' is not a time of ISO 8601; {next_step}"
    nothing = f"updated_at: missing; {next_step}"
    assert found(frame) == [
        ("c1", "unreadable_time", "warning", message, "'2020-04-1T00'"),
        ("c2", "unreadable_time", "warning", nothing, ""),
    ]
    # Rows that were dropped since make the positions those of other rows.
    assert found(frame.iloc[1:])[0] == ("c1", "unreadable_time", "warning", nothing, "")


def test_a_time_that_is_a_number():
    """As Excel counts days."""
    message = "updated_at: 45413 is not a time; it counts as missing"
    assert only(account({"updated_at": 45413})) == ("wrong_type", "warning", message, "45413")


def test_an_account_without_faults_has_no_findings():
    """With every column there is."""
    row = dict.fromkeys(COLUMNS) | {"name": "Orders", "url": "https://h.example/", **TIMES, "has_token": True}
    assert found(account(row)) == []
