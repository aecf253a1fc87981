//! British spelling as American, so that neither counts as an error. A compact list: what patients and doctors say.

/// Beginnings of words, British and American. The first that fits is taken.
const BEGINNINGS: &[(&str, &str)] = &[
    ("aeroplane", "airplane"),
    ("aesthetic", "esthetic"),
    ("ageing", "aging"),
    ("aluminium", "aluminum"),
    ("anaem", "anem"),
    ("anaesthe", "anesthe"),
    ("analys", "analyz"),
    ("apologis", "apologiz"),
    ("behaviour", "behavior"),
    ("caesarean", "cesarean"),
    ("cancelled", "canceled"),
    ("cancelling", "canceling"),
    ("catalogue", "catalog"),
    ("centimetre", "centimeter"),
    ("centred", "centered"),
    ("centre", "center"),
    ("cheque", "check"),
    ("colour", "color"),
    ("counsell", "counsel"),
    ("defence", "defense"),
    ("diarrhoea", "diarrhea"),
    ("dialogue", "dialog"),
    ("endeavour", "endeavor"),
    ("favour", "favor"),
    ("fibre", "fiber"),
    ("flavour", "flavor"),
    ("foetal", "fetal"),
    ("foetus", "fetus"),
    ("fulfil ", "fulfill"),
    ("grey", "gray"),
    ("gynaecolog", "gynecolog"),
    ("haemat", "hemat"),
    ("haemo", "hemo"),
    ("harbour", "harbor"),
    ("honour", "honor"),
    ("humour", "humor"),
    ("ischaem", "ischem"),
    ("judgement", "judgment"),
    ("kilometre", "kilometer"),
    ("labelled", "labeled"),
    ("labour", "labor"),
    ("leukaem", "leukem"),
    ("licence", "license"),
    ("litre", "liter"),
    ("manoeuvre", "maneuver"),
    ("metre", "meter"),
    ("millilitre", "milliliter"),
    ("millimetre", "millimeter"),
    ("modelling", "modeling"),
    ("mould", "mold"),
    ("mum ", "mom"),
    ("neighbour", "neighbor"),
    ("odour", "odor"),
    ("oedema", "edema"),
    ("oesophag", "esophag"),
    ("oestrogen", "estrogen"),
    ("offence", "offense"),
    ("orthopaed", "orthoped"),
    ("paediatr", "pediatr"),
    ("paralys", "paralyz"),
    ("plough", "plow"),
    ("practis", "practic"),
    ("programme ", "program"),
    ("programmes ", "programs"),
    ("pyjamas", "pajamas"),
    ("rumour", "rumor"),
    ("sceptic", "skeptic"),
    ("skilful", "skillful"),
    ("theatre", "theater"),
    ("towards ", "toward"),
    ("traveller", "traveler"),
    ("travelling", "traveling"),
    ("tumour", "tumor"),
    ("tyre", "tire"),
    ("vapour", "vapor"),
    ("vigour", "vigor"),
    ("whilst", "while"),
];

/// Verbs in -ise and their nouns in -isation. Others in -ise ("exercise", "advise", "rise") keep their s.
const ISE: &[&str] = &[
    "agon",
    "author",
    "categor",
    "character",
    "civil",
    "critic",
    "custom",
    "emphas",
    "equal",
    "epitom",
    "famil",
    "familiar",
    "final",
    "general",
    "harmon",
    "hospital",
    "ideal",
    "immobil",
    "immun",
    "individual",
    "jeopard",
    "local",
    "material",
    "maxim",
    "mechan",
    "memor",
    "minim",
    "mobil",
    "modern",
    "monopol",
    "neutral",
    "normal",
    "optim",
    "organ",
    "personal",
    "popular",
    "priorit",
    "random",
    "real",
    "recogn",
    "revascular",
    "revital",
    "revolution",
    "scrutin",
    "sensit",
    "social",
    "special",
    "stabil",
    "standard",
    "steril",
    "subsid",
    "summar",
    "symbol",
    "sympath",
    "synchron",
    "traumat",
    "util",
    "vascular",
    "visual",
    "vocal",
];

/// The word in American spelling.
pub(super) fn american(word: String) -> String {
    for (british, american) in BEGINNINGS {
        // A blank at the end asks for the whole word.
        let rest = match british.strip_suffix(' ') {
            Some(whole) => (word == whole).then_some(""),
            None => word.strip_prefix(british),
        };
        if let Some(rest) = rest {
            // "analysis" and "paralysis" are the nouns of both.
            return if rest == "is" && american.ends_with("yz") { word } else { format!("{american}{rest}") };
        }
    }
    for stem in ISE {
        let Some(rest) = word.strip_prefix(stem).and_then(|rest| rest.strip_prefix("is")) else { continue };
        if ["e", "ed", "er", "ers", "es", "ing", "ation", "ations"].contains(&rest) {
            return format!("{stem}iz{rest}");
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_british_changes() {
        for (word, expected) in [
            ("analysing", "analyzing"),
            ("analysis", "analysis"),
            ("hospitalisation", "hospitalization"),
            ("organised", "organized"),
            ("organism", "organism"),
            ("exercise", "exercise"),
            ("realistic", "realistic"),
            ("programmes", "programs"),
            ("programmed", "programmed"),
            ("practising", "practicing"),
            ("mummy", "mummy"),
            ("haemorrhage", "hemorrhage"),
        ] {
            assert_eq!(american(word.into()), expected);
        }
    }
}
