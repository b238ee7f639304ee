"""English for what is said of plan files that a browser sends, and of a year that is to be started."""

from collections.abc import Mapping

SENT: Mapping[str, str] = {
    "Der er mere i filen end {} filer eller {} MB.": "The file holds more than {} files or {} MB.",
    "Send kun planen, skemaerne og teksterne.": "Send the plan, the forms and the texts alone.",
    "Zip-filen kan ikke læses.": "The zip file cannot be read.",
    "Pak den igen, uden adgangskode.": "Pack it again, without a password.",
    "Filen er hverken YAML eller zip.": "The file is neither YAML nor zip.",
    "Vælg planens filer, der ender på .yaml.": "Choose the plan's files, which end in .yaml.",
    "Filen er for stor til en plan.": "The file is too large for a plan.",
    "Er det den rigtige fil?": "Is it the right file?",
    "Der er to filer til {}.": "There are two files for {}.",
    "Send kun den ene.": "Send one of them alone.",
    "Året mangler, eller det er ikke et årstal.": "The year is missing, or it is no year.",
    "Skriv det år, aktiviteterne åbner i, fx 2027.": "Write the year in which the activities open: 2027 say.",
    "Der er ikke valgt nogen plan.": "No plan has been chosen.",
    "Vælg en, eller send jeres egen.": "Choose one, or send your own.",
    "Planen er for en anden kommune: {}.": "The plan is for another municipality: {}.",
    "Skriv municipality: {}.": "Write municipality: {}.",
    "Filen har ikke et navn, der hører til en plan.": "The file's name belongs to no plan.",
    "Send filerne igen.": "Send the files again.",
    "Kalenderen kan ikke ændres midt i et år.": "The calendar cannot be changed in the middle of a year.",
    "Send den med planen for næste år.": "Send it with next year's plan.",
}
