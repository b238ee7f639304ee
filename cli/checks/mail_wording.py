"""What `doctor` says of the domains our mail comes from, in Danish and in English."""

MAIL_SENTENCES: dict[str, tuple[str, str, str, str]] = {
    "sender.reserved": (
        "{domain} er et domæne til eksempler og kan ikke slås op.",
        "Sæt AARSHJUL_MAIL_FROM til en adresse på kommunens eget domæne.",
        "{domain} is a domain for examples and cannot be looked up.",
        "Set AARSHJUL_MAIL_FROM to an address at the municipality's own domain.",
    ),
    "sender.silent": (
        "Domænerne kan ikke slås op herfra ({why}), så SPF, DKIM og DMARC er ikke undersøgt.",
        "Kør `aarshjul doctor` på en maskine, der kan slå navne op på internettet.",
        "The domains cannot be looked up from here ({why}), so SPF, DKIM and DMARC were not examined.",
        "Run `aarshjul doctor` on a machine that can look up names on the internet.",
    ),
    "spf.ok": ("{domain} lader {host} sende.", "", "{domain} lets {host} send.", ""),
    "spf.inside": (
        "{domain} har en SPF-post. {host} er på det interne net, så det kan ikke ses herfra, "
        "om posten nævner den server, der sender ud af huset.",
        "",
        "{domain} has an SPF record. {host} is on the inner network, so it cannot be seen from here "
        "whether the record names the server that sends to the outside.",
        "",
    ),
    "spf.none": (
        "{domain} har ingen SPF-post. Mange modtagere vil afvise mails eller lægge dem i uønsket post.",
        "Bed den, der styrer domænet, om TXT-posten v=spf1 med den server, der sender, og -all.",
        "{domain} has no SPF record. Many receivers will refuse mails or put them into junk.",
        "Ask whoever runs the domain for the TXT record v=spf1 with the server that sends, and -all.",
    ),
    "spf.several": (
        "{domain} har {count} SPF-poster. Så gælder ingen af dem.",
        "Bed den, der styrer domænet, om at samle dem i én.",
        "{domain} has {count} SPF records. Then none of them counts.",
        "Ask whoever runs the domain to put them together into one.",
    ),
    "spf.open": (
        "SPF-posten for {domain} lader enhver sende (+all).",
        "Bed den, der styrer domænet, om at lade posten slutte med -all eller ~all.",
        "The SPF record of {domain} lets anybody send (+all).",
        "Ask whoever runs the domain to let the record end with -all or ~all.",
    ),
    "spf.deep": (
        "SPF-posten for {domain} kræver mere end {most} opslag. Modtagere regner den for ugyldig.",
        "Bed den, der styrer domænet, om at bruge færre include.",
        "The SPF record of {domain} needs more than {most} lookups. Receivers take it as void.",
        "Ask whoever runs the domain to use fewer includes.",
    ),
    "spf.broken": (
        "SPF-posten for {domain} kan ikke læses: {why}.",
        "Bed den, der styrer domænet, om at rette den.",
        "The SPF record of {domain} cannot be read: {why}.",
        "Ask whoever runs the domain to mend it.",
    ),
    "spf.other": (
        "SPF-posten for {domain} nævner ikke {host}.",
        "Sender {host} videre gennem en anden server, så se efter, at den er nævnt. Ellers bed den, der "
        "styrer domænet, om at tilføje den.",
        "The SPF record of {domain} does not name {host}.",
        "If {host} sends on through another server, see that that one is named. Else ask whoever runs the "
        "domain to add it.",
    ),
    "dkim.ok": ("Nøglen {name} findes.", "", "The key {name} is there.", ""),
    "dkim.unseen": (
        "Om mailserveren underskriver for {domain}, kan ikke ses i DNS uden en selector.",
        "Send en mail til jer selv uden for huset, og se efter »dkim=pass« i Authentication-Results. Eller "
        "sæt AARSHJUL_SMTP_DKIM_SELECTOR.",
        "Whether the mail server signs for {domain} cannot be seen in DNS without a selector.",
        "Send a mail to yourselves outside the house and look for “dkim=pass” in Authentication-Results. Or "
        "set AARSHJUL_SMTP_DKIM_SELECTOR.",
    ),
    "dkim.none": (
        "Der er ingen nøgle på {name}.",
        "Se efter, om AARSHJUL_SMTP_DKIM_SELECTOR er rigtig, og bed ellers mailserverens folk om nøglen.",
        "There is no key at {name}.",
        "See whether AARSHJUL_SMTP_DKIM_SELECTOR is right; else ask the mail server's people for the key.",
    ),
    "dkim.revoked": (
        "Nøglen {name} er trukket tilbage.",
        "Bed mailserverens folk om den selector, der bruges nu.",
        "The key {name} has been revoked.",
        "Ask the mail server's people for the selector that is in use now.",
    ),
    "dmarc.ok": (
        "{domain} har en politik (p={policy}), og mailens returadresse hører til samme domæne.",
        "",
        "{domain} has a policy (p={policy}), and the mails' return path belongs to the same domain.",
        "",
    ),
    "dmarc.none": (
        "{domain} har ingen DMARC-post.",
        "Bed den, der styrer domænet, om en TXT-post for _dmarc.{domain}, fx v=DMARC1; p=quarantine.",
        "{domain} has no DMARC record.",
        "Ask whoever runs the domain for a TXT record of _dmarc.{domain}, such as v=DMARC1; p=quarantine.",
    ),
    "dmarc.watches": (
        "DMARC for {domain} holder kun øje (p=none): andre kan skrive i kommunens navn.",
        "Bed den, der styrer domænet, om p=quarantine eller p=reject, når rapporterne er gode.",
        "DMARC of {domain} only watches (p=none): others can write in the municipality's name.",
        "Ask whoever runs the domain for p=quarantine or p=reject once the reports are good.",
    ),
    "dmarc.apart": (
        "Returadressen er på {returns} og afsenderen på {domain} (p={policy}): her tæller SPF ikke for "
        "DMARC, kun en DKIM-underskrift for {domain}.",
        "Se efter, at mailserveren underskriver for {domain}, eller vælg et svardomæne under samme domæne.",
        "The return path is at {returns} and the sender at {domain} (p={policy}): SPF does not count for "
        "DMARC here, only a DKIM signature of {domain}.",
        "See that the mail server signs for {domain}, or choose a reply domain under the same domain.",
    ),
    "replies.ok": ("Post til {domain} går til {hosts}.", "", "Mail to {domain} goes to {hosts}.", ""),
    "replies.none": (
        "{domain} har ingen MX-post: svar på mails når ikke frem, og det, der kommer retur, går tabt.",
        "Bed den, der styrer domænet, om en MX-post, der peger på kommunens mailserver.",
        "{domain} has no MX record: replies do not arrive, and what comes back is lost.",
        "Ask whoever runs the domain for an MX record that points at the municipality's mail server.",
    ),
    "replies.refused": (
        "{domain} siger, at det ikke tager imod post (MX med et punktum).",
        "Vælg et andet AARSHJUL_REPLY_DOMAIN, eller få MX-posten rettet.",
        "{domain} says that it takes no mail (an MX of a single dot).",
        "Choose another AARSHJUL_REPLY_DOMAIN, or have the MX record mended.",
    ),
    "replies.address": (
        "{domain} har ingen MX-post, kun en adresse. Det er gyldigt, men nogle servere sender ikke dertil.",
        "Bed den, der styrer domænet, om en MX-post.",
        "{domain} has no MX record, only an address. That is valid, but some servers do not send there.",
        "Ask whoever runs the domain for an MX record.",
    ),
}
