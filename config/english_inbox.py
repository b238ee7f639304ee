"""English for what became of mails that came in (see `config.english`)."""

from collections.abc import Mapping

INBOX: Mapping[str, str] = {
    "Mailen er for stor.": "The mail is too large.",
    "Den samme mail er modtaget før.": "The same mail was received before.",
    "Mailen er ikke sendt til en svaradresse.": "The mail was not sent to a reply address.",
    "Svaradressen gælder ikke længere.": "The reply address is no longer valid.",
    "Opgaven kan ikke besvares med en mail.": "The task cannot be answered by mail.",
    "Et svar, der kom senere, var allerede taget.": "An answer that came later had already been taken.",
    "Opgaven tog ikke imod svar, da mailen kom.": "The task took no answers when the mail came.",
    "Afsenderen er hverken postens leder, stedfortræder eller registrerede adresse.": (
        "The sender is neither the post's leader, its substitute nor its registered address."
    ),
    "Mailserveren kan ikke sige god for, at mailen kommer fra afsenderen.": (
        "The mail server cannot vouch that the mail comes from its sender."
    ),
    "Mailen siger kun, at afsenderen er væk, eller at mailen ikke læses. Den tæller ikke som svar.": (
        "The mail says only that its sender is away, or that it is not read. It does not count as an answer."
    ),
    "Mailen siger kun tak, eller at svaret kommer. Der er intet svar i den, og ingen har fået besked.": (
        "The mail says only thanks, or that an answer will come. It holds no answer, and nobody was told."
    ),
    "Svaret siger ikke, hvilken af opgaverne det gælder.": (
        "The reply does not say which of the tasks it is about."
    ),
    "Valgt af sekretariatet.": "Chosen by the secretariat.",
    "Svaret handler om et møde, der ikke er vores.": "The reply is about a meeting that is not ours.",
    "Svaret kommer ikke fra en, der er indkaldt til mødet.": (
        "The reply does not come from anybody who was invited to the meeting."
    ),
    "Svaret gælder mødet, som det var, før det blev ændret.": (
        "The reply is about the meeting as it was before it was changed."
    ),
    "Svaret siger hverken ja eller nej.": "The reply says neither yes nor no.",
    "Mødet tager ikke imod svar længere.": "The meeting takes no more answers.",
    "Deltageren kommer.": "The participant comes.",
    "Deltageren kommer ikke.": "The participant does not come.",
    "Filer af denne slags tages ikke imod.": "Files of this kind are not accepted.",
    "Programmer og filer med makroer tages ikke imod.": "Programs and files with macros are not accepted.",
    "Filen er for stor. Læg den op på opgavens side.": "The file is too large. Upload it on the task's page.",
    "Filen er tom.": "The file is empty.",
}
