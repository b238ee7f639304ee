"""What a mistyped command is told, in Danish: the library that reads the options speaks English alone."""

import re

from cli.wording import english, say

SENTENCES: tuple[tuple[str, str], ...] = (
    (r"Missing option '(.+?)'\.(?s:.*)", "Tilvalget {0} mangler."),
    (r"Missing argument '(.+?)'\.(?s:.*)", "Argumentet {0} mangler."),
    (
        r"Invalid value for '(.+?)': (?:Value error, )?'?(.*?)'? is not one of (.+?)\.?",
        "{0}: »{1}« kendes ikke. Vælg {2}.",
    ),
    (r"Invalid value for '(.+?)': .*greater than or equal to (-?\d+)", "{0}: Tallet skal være mindst {1}."),
    (r"Invalid value for '(.+?)': .*less than or equal to (-?\d+)", "{0}: Tallet skal være højst {1}."),
    (r"Invalid value for '(.+?)': .*valid integer.*", "{0}: Skriv et helt tal."),
    (r"Invalid value for '(.+?)': (?:Value error, )?(.*)", "{0} kan ikke bruges: {1}"),
    (r"No such command '(.+?)'\. Did you mean '(.+?)'.*", "Kommandoen {0} findes ikke. Mente du {1}?"),
    (r"No such command '(.+?)'\..*", "Kommandoen {0} findes ikke."),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)", "Der står for meget: {0}."),
    (r"No such option: (\S+) \(Possible options: (.+)\)", "Tilvalget {0} findes ikke. Mente du {1}?"),
    (r"No such option: (\S+)", "Tilvalget {0} findes ikke."),
    (
        r"Option '(.+?)' requires (?:an argument|\d+ arguments)\.",
        "Tilvalget {0} skal have en værdi.",
    ),
    (r"Option '(.+?)' does not take a value\.", "Tilvalget {0} tager ingen værdi."),
    (r"Missing command\.", "Kommandoen mangler."),
)
USAGE = (("Usage:", "Brug:"), ("[OPTIONS]", "[TILVALG]"), ("COMMAND", "KOMMANDO"), ("ARGS", "ARGUMENTER"))


def in_danish(message: str) -> str:
    """The library's sentence in Danish; one it has not said before stays as it is."""
    line = " ".join(message.split())
    for pattern, danish in SENTENCES:
        if found := re.fullmatch(pattern, line):
            return danish.format(*found.groups())
    return message


def usage_error(message: str, usage: str, command: str) -> str:
    """What stands on stderr: what was wrong, how the command is written, where there is more."""
    if not english():
        message = in_danish(message)
        for word, danish in USAGE:
            usage = usage.replace(word, danish)
    lines = [say("error", text=message), usage.strip(), say("see help", command=command)]
    return "\n".join(line for line in lines if line) + "\n"
