"""What a leader is asked about a line that may be meant in two ways."""

from collections.abc import Mapping


class LineDoubt(Exception):
    """The line may be meant in two ways; `in_text`: one of them is to go on with the answer before."""

    def __init__(
        self, sentences: Mapping[str, str], where: str = "", *, in_text: bool = False, **facts: object
    ) -> None:
        super().__init__(where)
        self.sentences, self.where, self.in_text, self.facts = sentences, where, in_text, facts


WHICH_ROW = {
    "da": "»{line}« kan høre til flere mål eller rækker. Skriv spørgsmålets nummer foran.",
    "en": "“{line}” may belong to several goals or rows. Write the question's number before it.",
}
WHICH_QUESTION = {
    "da": "»{line}« kan være svar på spørgsmål {number} eller en del af svaret før. Skriv spørgsmålets navn.",
    "en": "“{line}” may answer question {number} or belong to the answer before. Write the question's name.",
}
CONTRADICTS = {
    "da": "»{line}« har nummeret på ét spørgsmål og navnet på et andet.",
    "en": "“{line}” has the number of one question and the name of another.",
}
WHICH_SIGN = {
    "da": "»{line}«: Stregen kan være et minus. Skriv et kolon foran tallet.",
    "en": "“{line}”: the dash may be a minus. Write a colon before the number.",
}
UNKNOWN_LETTER = {
    "da": "»{line}« har et bogstav, der ikke stod i vores mail. Skriv spørgsmålets nummer alene.",
    "en": "“{line}” has a letter that was not in our mail. Write the question's number alone.",
}
ANSWERED_TWICE = {
    "da": "Mailen har to forskellige svar på »{words}«.",
    "en": "The mail has two different answers to “{words}”.",
}
SEVERAL_ON_A_LINE = {
    "da": "»{line}« har flere svar på én linje. Skriv hvert svar på sin egen linje.",
    "en": "“{line}” has several answers on one line. Write each answer on a line of its own.",
}
BRACKETED = {
    "da": "»{line}«: Vi ved ikke, om »({bracket})« ændrer svaret. Skriv svaret helt ud uden parentes foran.",
    "en": "“{line}”: does “({bracket})” change the answer? Write it out, with no brackets before it.",
}
