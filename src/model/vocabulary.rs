//! Closed word lists shared by both sides: roles, kinds, fields.

/// Defines an enum together with its words, in the order of the source.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every value, in order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word as it stands in deposits, policies and settings.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// The value for a word, spelled exactly.
            pub fn from_word(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { f.write_str(self.word()) }
        }
    };
}
pub(crate) use words;

words! {
    /// In which capacity a contact stands on a domain or with a registrar (DNS Belgium's contact types
    /// and those of RFC 5731).
    Role {
        /// The holder ("licensee", "houder").
        Registrant = "registrant",
        /// The holder's own technical contact.
        Onsite = "onsite",
        /// A technical contact of the domain.
        Tech = "tech",
        /// The administrative contact of a gTLD registration.
        Admin = "admin",
        /// Who pays. Never published.
        Billing = "billing",
        /// A reseller between holder and registrar.
        Reseller = "reseller",
        /// A contact of the managing registrar.
        RegistrarContact = "registrar-contact",
        /// The registrar itself, a company.
        Registrar = "registrar",
    }
}

impl Role {
    /// The word of RDAP for it (RFC 9083 §10.2.4, RFC 8056).
    pub const fn rdap_word(self) -> &'static str {
        match self {
            Role::Registrant => "registrant",
            Role::Onsite | Role::Tech => "technical",
            Role::Admin | Role::RegistrarContact => "administrative",
            Role::Billing => "billing",
            Role::Reseller => "reseller",
            Role::Registrar => "registrar",
        }
    }
}

words! {
    /// What a contact is, as the rules see it.
    Kind {
        /// A private person, and whoever is not certainly something else.
        NaturalPerson = "natural-person",
        /// A legal person or another organisation.
        Organisation = "organisation",
    }
}

words! {
    /// A field about which a policy decides. A policy that leaves one out withholds it.
    Field {
        /// Whether the contact is a person or an organisation (jCard `kind`).
        Kind = "kind",
        /// The identifier in the registry.
        Handle = "handle",
        /// Of a contact: the person's name. Of a registrar: the company's name.
        Name = "name",
        /// The organisation's name.
        Organisation = "organisation",
        /// Street lines.
        Street = "street",
        /// City.
        City = "city",
        /// State or province.
        Province = "province",
        /// Postal code.
        PostalCode = "postal-code",
        /// Country, ISO 3166-1 alpha-2.
        Country = "country",
        /// Telephone, with its extension.
        Voice = "voice",
        /// Fax, with its extension.
        Fax = "fax",
        /// E-mail address.
        Email = "email",
        /// Language of correspondence.
        Language = "language",
        /// VAT number.
        Vat = "vat",
        /// Website.
        Website = "website",
        /// IANA registrar id.
        IanaId = "iana-id",
        /// Mailbox for reports of abuse.
        AbuseEmail = "abuse-email",
        /// Telephone for reports of abuse.
        AbuseVoice = "abuse-voice",
        /// When the contact was created and changed.
        Events = "events",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique_and_read_back() {
        for field in Field::ALL {
            assert_eq!(Field::from_word(field.word()), Some(*field));
        }
        for role in Role::ALL {
            assert_eq!(Role::from_word(role.word()), Some(*role));
        }
    }
}
