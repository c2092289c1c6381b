//! The words of which synthetic names and addresses are made. All places and companies are invented.

/// First halves of labels.
pub(super) const FIRST: &[&str] = &[
    "bakker", "molen", "rivier", "zon", "maan", "ster", "wolk", "regen", "veld", "bos", "berg", "dal", "brug", "poort",
    "toren", "plein", "markt", "haven", "schip", "zeil", "anker", "golf", "strand", "duin", "vogel", "vos", "haas",
    "egel", "uil", "mus", "appel", "peer", "kers", "noot", "graan", "brood", "kaas", "honing", "bier", "wijn", "hout",
    "steen", "ijzer", "koper", "glas", "klei", "zand", "vuur", "water", "wind", "licht", "klank", "fleur", "jardin",
    "maison", "atelier", "pont", "lac", "forge", "moulin", "soleil", "lune", "etoile", "nuage",
];

/// Second halves of labels.
pub(super) const SECOND: &[&str] = &[
    "winkel",
    "werk",
    "huis",
    "hof",
    "tuin",
    "atelier",
    "studio",
    "advies",
    "bouw",
    "techniek",
    "zorg",
    "praktijk",
    "feest",
    "reizen",
    "fietsen",
    "boeken",
    "muziek",
    "dans",
    "kunst",
    "foto",
    "design",
    "media",
    "data",
    "net",
    "web",
    "shop",
    "groep",
    "partners",
    "service",
    "transport",
    "energie",
    "verf",
    "dak",
    "vloer",
    "keuken",
    "bad",
    "meubel",
    "mode",
    "sport",
    "club",
    "school",
    "les",
    "jeugd",
    "kamp",
    "dieren",
    "planten",
    "koken",
    "smaak",
    "traiteur",
    "vins",
    "fleurs",
    "voyages",
    "conseil",
    "sante",
    "beaute",
    "ecole",
    "livres",
    "danse",
    "theatre",
    "cuisine",
    "bois",
    "metal",
    "verre",
    "pierre",
];

/// Labels in front of names that carry characters beyond ASCII.
pub(super) const ACCENTED: &[&str] =
    &["café", "crème", "forêt", "château", "belgië", "idee-ën", "über", "smørre", "fête", "noël"];

/// Given names.
pub(super) const GIVEN: &[&str] = &[
    "Testa",
    "Probo",
    "Mustera",
    "Modela",
    "Ficta",
    "Simula",
    "Exempla",
    "Probeer",
    "Essai",
    "Voorbeeld",
    "Denka",
    "Fantas",
    "Nova",
    "Dumma",
    "Imago",
    "Figura",
];

/// Family names.
pub(super) const FAMILY: &[&str] = &[
    "Verzonnen",
    "Denkbeeld",
    "Proefmans",
    "Testaerts",
    "Van Fictie",
    "De Verzinner",
    "Inventée",
    "Nulleman",
    "Zondernaam",
    "Leegaert",
    "Du Néant",
    "Schijnaerts",
    "Papiers",
    "Vanhetblad",
    "Niemandts",
    "Persona",
];

/// Forms of companies.
pub(super) const LEGAL_FORMS: &[&str] = &["NV", "BV", "VZW", "SA", "SRL", "ASBL", "CV"];

/// Streets.
pub(super) const STREETS: &[&str] = &[
    "Voorbeeldstraat",
    "Proefdreef",
    "Testlaan",
    "Rue Fictive",
    "Denkbeeldplein",
    "Chaussée d'Essai",
    "Musterweg",
    "Niemandsstraat",
];

/// Places, with a postal code that no Belgian town has.
pub(super) const PLACES: &[(&str, &str)] = &[
    ("Voorbeeldem", "0101"),
    ("Proefgem", "0202"),
    ("Testerzele", "0303"),
    ("Fictiville", "0404"),
    ("Denkbeke", "0505"),
    ("Essai-la-Neuve", "0606"),
    ("Nullebroek", "0707"),
    ("Schijnhout", "0808"),
];
