//! The settings in force, as a settings file.

use toml::{Table, Value};

use super::{Config, PlainHttp, Tls, guard, import, search};
use crate::render::site::{Notice, ZoneTexts};

/// Prints the settings; what is printed reads back as the same settings.
pub fn print(config: &Config) -> String {
    let mut document = Table::new();
    document.insert("state".into(), table([("dir", path(&config.state))]));
    document.insert("listen".into(), listen(config));
    if let Some(tls) = &config.tls {
        document.insert("tls".into(), self::tls(tls));
    }
    document.insert("site".into(), site(config));
    document.insert(
        "disclosure".into(),
        table([("folder", path(&config.disclosure.folder)), ("default", text(&config.disclosure.default))]),
    );
    document.insert("import".into(), import::print(&config.import));
    let log = &config.log;
    document.insert(
        "log".into(),
        table([
            ("format", text(log.format.word())),
            ("level", text(log.level.word())),
            ("questions", Value::Boolean(log.questions)),
        ]),
    );
    let limits = config.limits.values().into_iter().map(|(limit, value)| (limit.bounds.key, number(value)));
    document.insert("limits".into(), table(limits));
    document.insert("guard".into(), guard::print(&config.guard));
    document.insert("search".into(), search::print(&config.site.searching));
    document.insert("zone".into(), Value::Array(zones(config)));
    // Tables of strings, numbers and lists always print; an empty text would be a fault of the library.
    toml::to_string_pretty(&document).unwrap_or_default()
}

fn listen(config: &Config) -> Value {
    let listen = &config.listen;
    let list = |addresses: &[std::net::SocketAddr]| {
        Value::Array(addresses.iter().map(|address| text(&address.to_string())).collect())
    };
    table([
        ("http", list(&listen.http)),
        ("https", list(&listen.https)),
        ("whois", list(&listen.whois)),
        ("das", list(&listen.das)),
        ("admin", list(&listen.admin)),
        ("admin_from_outside", Value::Boolean(listen.admin_from_outside)),
    ])
}

fn tls(tls: &Tls) -> Value {
    match tls {
        Tls::Files { certificate, key } => table([("certificate", path(certificate)), ("key", path(key))]),
        Tls::SelfSigned { names } => {
            table([("self_signed", Value::Boolean(true)), ("self_signed_names", texts(names))])
        }
    }
}

fn site(config: &Config) -> Value {
    let mut site = Table::new();
    site.insert("operator".into(), text(&config.site.operator));
    site.insert("rdap_bases".into(), texts(&config.site.rdap_bases));
    if let Some(contact) = &config.site.contact {
        site.insert("contact".into(), text(contact));
    }
    let plain_http = if config.site.redirects_plain_http { PlainHttp::Redirect } else { PlainHttp::Answer };
    site.insert("plain_http".into(), text(plain_http.word()));
    site.insert("cache_seconds".into(), number(config.site.cache_seconds.into()));
    Value::Table(site)
}

fn zones(config: &Config) -> Vec<Value> {
    let default = ZoneTexts::default();
    let mut zones = Vec::new();
    for zone in config.site.zones.iter() {
        let texts = config.site.texts.get(&zone.name).unwrap_or(&default);
        let mut table = Table::new();
        table.insert("name".into(), text(zone.name.as_str()));
        table.insert("layout".into(), text(zone.layout.word()));
        table.insert("policy".into(), text(&zone.policy));
        table.insert("gtld_profile".into(), Value::Boolean(zone.gtld_profile));
        if let Some(profile) = &zone.profile {
            table.insert("profile".into(), text(profile));
        }
        if let Some(port43) = &texts.port43 {
            table.insert("port43".into(), text(port43));
        }
        table.insert("whois_banner".into(), self::texts(&texts.whois_banner));
        table.insert("whois_withheld".into(), text(&texts.whois_withheld));
        table.insert("whois_closing".into(), text(&texts.whois_closing));
        table.insert("notice".into(), Value::Array(texts.notices.iter().map(notice).collect()));
        zones.push(Value::Table(table));
    }
    zones
}

fn notice(notice: &Notice) -> Value {
    let mut table = Table::new();
    table.insert("title".into(), text(&notice.title));
    table.insert("description".into(), texts(&notice.description));
    if let Some(lang) = &notice.lang {
        table.insert("lang".into(), text(lang));
    }
    if let Some((rel, href)) = &notice.link {
        table.insert("link_rel".into(), text(rel));
        table.insert("link_href".into(), text(href));
    }
    Value::Table(table)
}

/// A table of keys with their values.
pub fn table<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Table(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// A list of strings.
pub fn texts(list: &[String]) -> Value {
    Value::Array(list.iter().map(|line| text(line)).collect())
}

/// A path as a string.
pub fn path(path: &std::path::Path) -> Value {
    text(&path.display().to_string())
}

/// A whole number; the largest that TOML knows in the place of larger ones.
pub fn number(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
