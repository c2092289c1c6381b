//! XML namespaces by their URI, whatever the prefix.

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::import) enum Space {
    None,
    Rde,
    RdeDomain,
    RdeHost,
    RdeContact,
    RdeRegistrar,
    RdeIdn,
    RdeNndn,
    RdeEppParams,
    RdePolicy,
    RdeHeader,
    RdeCommon,
    RdeCsv,
    CsvDomain,
    CsvHost,
    CsvContact,
    CsvRegistrar,
    CsvIdn,
    CsvNndn,
    EppDomain,
    EppHost,
    EppContact,
    SecDns,
    Rgp,
    Dnsbe,
    Loket,
    Other(Box<str>),
}

/// Loket's own namespace; `data/schema/loket-registry-1.0.xsd` describes it.
const LOKET: &str = "urn:loket:registry-1.0";
/// DNS Belgium's extension of EPP.
const DNSBE: &str = "http://www.dns.be/xml/epp/dnsbe-1.0";

impl Space {
    /// The namespace of a URI.
    pub fn of(uri: &str) -> Space {
        match uri.strip_prefix("urn:ietf:params:xml:ns:") {
            Some("rde-1.0") => Space::Rde,
            Some("rdeDomain-1.0") => Space::RdeDomain,
            Some("rdeHost-1.0") => Space::RdeHost,
            Some("rdeContact-1.0") => Space::RdeContact,
            Some("rdeRegistrar-1.0") => Space::RdeRegistrar,
            Some("rdeIDN-1.0") => Space::RdeIdn,
            Some("rdeNNDN-1.0") => Space::RdeNndn,
            Some("rdeEppParams-1.0") => Space::RdeEppParams,
            Some("rdePolicy-1.0") => Space::RdePolicy,
            Some("rdeHeader-1.0") => Space::RdeHeader,
            Some("rdeDnrdCommon-1.0") => Space::RdeCommon,
            Some("rdeCsv-1.0") => Space::RdeCsv,
            Some("csvDomain-1.0") => Space::CsvDomain,
            Some("csvHost-1.0") => Space::CsvHost,
            Some("csvContact-1.0") => Space::CsvContact,
            Some("csvRegistrar-1.0") => Space::CsvRegistrar,
            Some("csvIDN-1.0") => Space::CsvIdn,
            Some("csvNNDN-1.0") => Space::CsvNndn,
            Some("domain-1.0") => Space::EppDomain,
            Some("host-1.0") => Space::EppHost,
            Some("contact-1.0") => Space::EppContact,
            Some("secDNS-1.1") => Space::SecDns,
            Some("rgp-1.0") => Space::Rgp,
            Some(_) => Space::Other(uri.into()),
            None => match uri {
                "" => Space::None,
                LOKET => Space::Loket,
                DNSBE => Space::Dnsbe,
                _ => Space::Other(uri.into()),
            },
        }
    }
}
