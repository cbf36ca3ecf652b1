"""One set of mails, with the text that a person reads in each."""

from email.message import EmailMessage

DECISION = "Sadly we have given the post of baker to somebody else."


def mail(subject, body, number, **kind):
    message = EmailMessage()
    message["From"] = "Ines Field <ines@oven.example>"
    message["To"] = "you@home.example"
    message["Subject"] = subject
    message["Date"] = "Tue, 03 Mar 2026 10:02:00 +0000"
    message["Message-ID"] = f"<{number}@oven.example>"
    message.set_content(body, **kind)
    return message


def alternative():
    message = mail("Both forms", f"{DECISION}\n", 5)
    message.add_alternative(f"<p>HTML only words. {DECISION}</p>", subtype="html")
    return message


def with_attachment():
    message = mail("With a file", f"{DECISION}\n", 6)
    message.add_attachment("This attachment says you got the job.\n", filename="letter.txt")
    message.add_attachment(b"\0\1\2", maintype="application", subtype="pdf", filename="form.pdf")
    return message


def with_message_inside():
    message = mail("With a mail inside", f"{DECISION}\n", 7)
    message.add_attachment(mail("Old one", "You are invited to an interview.\n", 70))
    del message.get_payload()[1]["Content-Disposition"]
    return message


# Each mail with the text that a person reads in it.
MAILS = [
    (mail("Your application", f"Dear Sam,\n\n{DECISION}\n", 0), f"Subject: Your application\n\nDear Sam,\n\n{DECISION}\n"),
    (mail("Zoë – résumé", "We’re sorry, Zoë.\n", 1, cte="quoted-printable"), "Subject: Zoë – résumé\n\nWe’re sorry, Zoë.\n"),
    (mail("Base64", f"Günther, {DECISION}\n", 2, cte="base64"), f"Subject: Base64\n\nGünther, {DECISION}\n"),
    (mail("Latin", "Señora, it is a no.\n", 3, charset="iso-8859-1"), "Subject: Latin\n\nSeñora, it is a no.\n"),
    (mail("HTML", f"<p>Hi,</p><p>{DECISION}</p>", 4, subtype="html"), f"Subject: HTML\n\nHi,\n\n{DECISION}"),
    (alternative(), f"Subject: Both forms\n\n{DECISION}\n"),
    (with_attachment(), f"Subject: With a file\n\n{DECISION}\n"),
    (with_message_inside(), f"Subject: With a mail inside\n\n{DECISION}\n"),
    (mail("Empty", "", 8), "Subject: Empty\n\n"),
]
TEXTS = [text for _, text in MAILS]
