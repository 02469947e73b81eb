"""What channels make of a message: nothing of what a cloud names things is taken for a link, a mention or markup."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from findings.alerts import email, slack, teams, webhook
from findings.message import Line, Message
from tests.findings.alerts.conftest import AT, Post

HOSTILE = "<!channel> <https://evil.example|bill> *bold* @here & {{DATE(2026-01-01,SHORT)}} <at>all</at>\r\nBcc: x@y.z"
LINE = Line("finding", HOSTILE, f"mailer {HOSTILE}", AT, "critical", "https://fanlight.example.org/findings/7/")
MESSAGE = Message("a-key", f"alert {HOSTILE}", AT, (LINE,), 1, "https://fanlight.example.org/settings/alerts/1/")


def test_slack_gets_no_mention_no_link_and_no_markup_of_others() -> None:
    told = json.dumps(slack.document(MESSAGE))
    sections = [block["text"]["text"] for block in slack.document(MESSAGE)["blocks"][1:]]
    for text in (*sections, slack.document(MESSAGE)["text"]):
        bare = text.replace(f"<{LINE.address}|open>", "")
        assert "<" not in bare
        assert "*b" not in bare and "@h" not in bare
        assert "https://evil" not in bare, "Slack makes links of bare addresses, too"
    assert "evil.example" in told, "the text itself is kept"


def test_slack_sections_stay_below_its_limit_and_the_rest_is_counted() -> None:
    many = replace(MESSAGE, lines=(LINE,) * 100, total=5_000)
    blocks = slack.document(many)["blocks"]
    assert len(blocks) <= 50
    assert max(len(block["text"]["text"]) for block in blocks) <= 3_000
    assert "and 4970 more" in blocks[-1]["text"]["text"]


def test_teams_gets_plain_runs_only() -> None:
    card = teams.document(MESSAGE)["attachments"][0]["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}, "a TextBlock would take Markdown"
    text = json.dumps(card, ensure_ascii=False)
    assert "{{" not in text
    assert "<at>" not in text
    assert [action["url"] for action in card["actions"]] == [MESSAGE.address]


def test_a_card_for_teams_stays_below_its_limit() -> None:
    many = replace(MESSAGE, lines=(replace(LINE, text="ä" * 5_000),) * 100, total=5_000)
    assert len(json.dumps(teams.document(many)).encode()) < 100_000
    assert "and 4980 more" in json.dumps(teams.document(many))


def test_nothing_of_a_message_becomes_a_header_or_a_line_of_e_mail(post: Post) -> None:
    from findings.message import Aim

    email.send(MESSAGE, Aim(recipients=("a@example.com",)), post, AT)
    ((to, subject, text, key),) = post.mails
    assert (to, key) == (("a@example.com",), "a-key")
    assert "\n" not in subject and "\r" not in subject
    assert not [line for line in text.splitlines() if line.startswith("Bcc:")]


def test_a_signature_covers_time_and_body() -> None:
    one = webhook.signature("secret", 1_000, b"{}")
    assert one.startswith("t=1000,v1=")
    assert one != webhook.signature("secret", 1_001, b"{}")
    assert one != webhook.signature("secret", 1_000, b"{ }")
    assert one != webhook.signature("other", 1_000, b"{}")


def test_the_document_of_a_webhook_names_everything_once() -> None:
    told = webhook.document(replace(MESSAGE, lines=(LINE, replace(LINE, at=AT + timedelta(hours=1)))))
    assert (told["version"], told["id"], len(told["events"])) == (1, "a-key", 2)
    assert told["events"][0]["severity"] == "critical"


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 410, 429, 500, 503])
def test_only_success_is_success(status: int) -> None:
    from findings.message import Aim
    from findings.outward import Undelivered

    with pytest.raises(Undelivered, match=str(status)):
        webhook.send(MESSAGE, Aim("https://hooks.example.com/", "s" * 20), Post([status]), AT)
