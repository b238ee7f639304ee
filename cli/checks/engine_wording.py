"""What is said of the clock, the workers, their runs and the mail that waits: Danish, cure, English, cure."""

ENGINE_SENTENCES: dict[str, tuple[str, str, str, str]] = {
    "clock.ok": (
        "Så sidst efter for {seconds} sekunder siden.",
        "",
        "Last looked {seconds} seconds ago.",
        "",
    ),
    "clock.never": (
        "Har aldrig gået her.",
        "Start `aarshjul serve`, eller `aarshjul clock` på en maskine.",
        "Has never run here.",
        "Start `aarshjul serve`, or `aarshjul clock` on a machine.",
    ),
    "clock.stopped": (
        "Så sidst efter {at}.",
        "Intet åbner eller lukker, og ingen får besked, før `aarshjul serve` (eller `aarshjul clock`) kører.",
        "Last looked on {at}.",
        "Nothing opens, reminds or closes until `aarshjul serve` (or `aarshjul clock`) runs again.",
    ),
    "clock.failing": (
        "Seneste kig gik galt: {error}",
        "Ret det, fejlen nævner; uret prøver igen hvert halve minut.",
        "The last look failed: {error}",
        "Mend what the error names; the clock tries again every half minute.",
    ),
    "workers.ok": (
        "{count} svarer, {busy} af {hands} hænder er i brug, og intet arbejde er gået i stå.",
        "",
        "{count} answer, {busy} of {hands} hands are busy, and no work is stuck.",
        "",
    ),
    "workers.silent": (
        "Den sidste, der svarede, gjorde det {at}.",
        "Start en arbejdsproces: `aarshjul serve` eller `aarshjul worker`. Se loggen.",
        "The last that answered did so on {at}.",
        "Start a worker: `aarshjul serve` or `aarshjul worker`. See the log.",
    ),
    "workers.none": (
        "Ingen er i gang.",
        "Start en arbejdsproces: `aarshjul serve` eller `aarshjul worker`.",
        "None is running.",
        "Start a worker: `aarshjul serve` or `aarshjul worker`.",
    ),
    "workers.overrun": (
        "Kørsler, der holdes af arbejdsprocesser, som ikke længere svarer: {count}.",
        "De tages op igen af sig selv. Sker det tit, så se i loggen, hvorfor processen dør.",
        "Runs held by workers that no longer answer: {count}.",
        "They are taken up again by themselves. If it happens often, see in the log why the worker dies.",
    ),
    "workers.idle": (
        "Kørsler, der har ventet i mere end ti minutter: {count}.",
        "Start en arbejdsproces: `aarshjul serve` eller `aarshjul worker`.",
        "Runs that have waited for more than ten minutes: {count}.",
        "Start a worker: `aarshjul serve` or `aarshjul worker`.",
    ),
    "runs.ok": ("Ingen fejl det seneste døgn.", "", "No failure in the last day.", ""),
    "runs.failed": (
        "Kørsler, der fejlede det seneste døgn: {count}, senest {flow} {subject}: {error}",
        "Se siden Kørsler. Årshjulet prøver selv igen efter 1, 5, 15 og 60 minutter.",
        "Runs that failed in the last day: {count}, last {flow} {subject}: {error}",
        "See the page of runs. The wheel tries again after 1, 5, 15 and 60 minutes.",
    ),
    "runs.paused": (
        "På pause: {flows}.",
        "De startes igen på siden Kørsler.",
        "Paused: {flows}.",
        "They are resumed on the page of runs.",
    ),
    "outbox.ok": ("Ingen mail venter for længe.", "", "No mail waits too long.", ""),
    "outbox.late": (
        "Mails, der skulle have været sendt for mere end en time siden: {count}.",
        "Se Udgående post ovenfor og siden Mails.",
        "Mails that should have been sent more than an hour ago: {count}.",
        "See Outgoing mail above and the mail log.",
    ),
}
