"""What can be wrong with a file of figures: (what, cure), Danish and English."""

from collections.abc import Mapping

from cycle.organisation.faults import Sentence

SENTENCES: Mapping[str, tuple[Sentence, Sentence]] = {
    "no unit column": (
        ("Der er ingen kolonne med enhedernes id.", "Kald den unit_id eller enheds-id."),
        ("There is no column with the units' ids.", "Call it unit_id."),
    ),
    "no amounts": (
        ("Der er ingen kolonne med beløb.", "Sæt beløbene i en kolonne med egen overskrift."),
        ("There is no column of amounts.", "Put the amounts in a column with its own heading."),
    ),
    "no values": (
        (
            "»{column}«: {cell} er en formel uden gemt værdi ({count} i kolonnen).",
            "Åbn filen i Excel, og gem den igen, eller sæt beløbene ind som værdier.",
        ),
        (
            "“{column}”: {cell} is a formula without a kept value ({count} in the column).",
            "Open the file in Excel and save it again, or paste the amounts as values.",
        ),
    ),
    "english numbers": (
        (
            "»{column}«: {value} er skrevet på engelsk ({count} i kolonnen).",
            "Tal læses på dansk: skriv {danish}.",
        ),
        (
            "“{column}”: {value} is written the English way ({count} in the column).",
            "Numbers are read the Danish way: write {danish}.",
        ),
    ),
    "double heading": (
        (
            "Overskriften »{column}« står {count} gange (kolonne {names}).",
            "Giv hver kolonne sit eget navn i den række, fx »Løn, budget« og »Drift, budget«.",
        ),
        (
            "The heading “{column}” stands {count} times (columns {names}).",
            "Give each column a name of its own in that row, “Pay, budget” and “Goods, budget” say.",
        ),
    ),
    "no heading": (
        (
            "{value} i kolonne {column} har ingen overskrift.",
            'Giv kolonnen en overskrift, eller slet den. Er tallet delt af et komma, så sæt " om det.',
        ),
        (
            "{value} in column {column} has no heading.",
            'Give the column a heading or delete it. If a comma split the number, put " around it.',
        ),
    ),
    "percentage": (
        (
            "»{column}«: {value} er en procent og ikke et beløb.",
            "Skriv beløbet, eller slet kolonnen (kommandoen tager kun andre med --column).",
        ),
        (
            "“{column}”: {value} is a percentage, not an amount.",
            "Write the amount, or delete the column (the command takes others alone with --column).",
        ),
    ),
    "not amount": (
        ("»{column}«: {why}", "Skriv beløbet i dansk form, fx -2.093,8."),
        ("“{column}”: {value} cannot be read as a number.", "Write it in Danish form, -2.093,8 say."),
    ),
    "too fine": (
        ("»{column}«: {value} har mere end to decimaler i kroner.", "Afrund til hele øre."),
        ("“{column}”: {value} has more than two decimals in DKK.", "Round it to whole øre."),
    ),
    "too large": (
        (
            "»{column}«: {value} er for stort til at være rigtigt.",
            "Se efter, om beløbene er i kroner, 1.000 kr. eller mio. kr.",
        ),
        (
            "“{column}”: {value} is too large to be right.",
            "Check whether the amounts are in DKK, thousands or millions.",
        ),
    ),
    "two totals": (
        ("Der står også en sum i række {other}.", "Behold kun den sidste sum, og slet mellemsummer."),
        ("Row {other} is a total, too.", "Keep the last total alone and delete subtotals."),
    ),
    "says unit": (
        (
            "Overskriften »{column}« siger, at beløbene ikke står i hele kroner.",
            "Vælg, hvad beløbene er i (i kommandoen --unit {unit}).",
        ),
        (
            "The heading “{column}” says that the amounts are not in DKK.",
            "Choose what the amounts are in (in the command --unit {unit}).",
        ),
    ),
}
