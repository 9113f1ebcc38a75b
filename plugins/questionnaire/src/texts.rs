//! Labels for pages.

use draaiboek_sdk::{Say, say};

pub(crate) const TEXTS: &[(&str, Say)] = &[
    ("answered", say("Antwoorden", "Answers")),
    ("invited", say("Uitgenodigd", "Invited")),
    ("share", say("Deel dat antwoordde", "Share that answered")),
    ("na", say("Niet van toepassing", "Not applicable")),
    ("n", say("Aantal", "Number")),
    ("sum", say("Som", "Sum")),
    ("mean", say("Gemiddelde", "Mean")),
    ("dist", say("Verdeling", "Distribution")),
    ("items", say("Vragen", "Questions")),
    ("groups", say("Delen", "Parts")),
    ("codes", say("Codes", "Codes")),
    ("total", say("Alles samen", "All together")),
    ("breakdowns", say("Vergelijking van groepen", "Comparison of groups")),
    ("unknown", say("Niet gezegd", "Not said")),
    ("lowest", say("Laagste vragen", "Lowest questions")),
    ("highest", say("Hoogste vragen", "Highest questions")),
    ("comparison", say("Verandering sinds de vorige keer", "Change since last time")),
    ("own", say("Mijn profiel", "My profile")),
    ("own_items", say("Eigen uitspraken", "Own statements")),
    ("suppressed", say("Niet getoond: te weinig personen", "Not shown: too few people")),
    (
        "error.INDIVIDUAL_FIRST",
        say(
            "Ieder vult eerst voor zichzelf in. Het beeld komt als de vragenlijst gesloten is.",
            "Everybody answers individually first. The picture comes when the questionnaire is closed.",
        ),
    ),
    ("error.UNDER_THRESHOLD", say("Te weinig antwoorden om iets te tonen.", "Too few answers to show anything.")),
    ("error.NOT_READY", say("Nog niet iedereen heeft geantwoord.", "Not everybody has answered yet.")),
];
