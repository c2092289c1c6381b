//! The service described for programs: an OpenAPI 3.1 document, made from the words and statuses that the other rooms have.
//!
//! Two documents exist, with searches and without; the base and the operator's name are put in per question.

mod operations;
mod schemas;

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::rdap::Rendered;
use super::site::Site;

/// The media type of OpenAPI documents: that of draft-ietf-httpapi-rest-api-mediatypes, which is to be registered.
/// `application/vnd.oai.openapi+json` was never registered and is left to older documents.
pub const MEDIA_TYPE: &str = "application/openapi+json;version=3.1";

/// Stand in the prepared documents for what the site says.
const BASE: &str = "https://base.invalid";
const OPERATOR: &str = "operator.invalid";

static WITH_SEARCHES: LazyLock<String> = LazyLock::new(|| prepared(true).to_string());
static WITHOUT_SEARCHES: LazyLock<String> = LazyLock::new(|| prepared(false).to_string());

/// The document, with this base as its server.
pub fn document(site: &Site, base: &str) -> Rendered {
    let prepared = if site.searching.is_offered { &*WITH_SEARCHES } else { &*WITHOUT_SEARCHES };
    let body = prepared
        .replace(BASE, &within_quotes(base.strip_suffix('/').unwrap_or(base)))
        .replace(OPERATOR, &within_quotes(&site.operator));
    Rendered { status: 200, body: body.into_bytes() }
}

/// A text as it stands in a JSON string, without the quotation marks.
fn within_quotes(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

fn prepared(searches: bool) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("RDAP of {OPERATOR}"),
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Registration data of domain names (RFC 7480, 7481, 9082, 9083). Contacts that are withheld are \
                marked by RFC 9537. No registration and no password are needed; how much may be asked stands in `help` and \
                in the headers `ratelimit` and `ratelimit-policy`. Methods other than GET, HEAD and OPTIONS are answered \
                with 405. Unknown parameters are ignored. A language is not negotiated.",
        },
        "servers": [{"url": BASE}],
        "security": [],
        "paths": operations::paths(searches),
        "components": {
            "headers": headers(),
            "responses": operations::responses(),
            "schemas": schemas::all(),
        },
    })
}

fn headers() -> Value {
    let text = |description: &str| json!({"description": description, "schema": {"type": "string"}});
    let number = |description: &str| json!({"description": description, "schema": {"type": "integer", "minimum": 0}});
    json!({
        "access-control-allow-origin": {
            "description": "Scripts of every site may read the answer.",
            "schema": {"type": "string", "const": "*"},
        },
        "access-control-allow-headers": text("The headers that scripts may send."),
        "access-control-allow-methods": text("The methods that are answered."),
        "access-control-max-age": number("For how many seconds a browser may remember this."),
        "allow": text("The methods that are answered."),
        "cache-control": text("Who may keep the answer, and for how long."),
        "content-encoding": text("`zstd`, `br` or `gzip`, by `Accept-Encoding`; absent for the body as it is."),
        "etag": text("A strong entity tag, for `If-None-Match` and `If-Match`."),
        "last-modified": text("When the data set or the settings last changed, for `If-Modified-Since`."),
        "location": text("The same address over https."),
        "ratelimit": text("What is left of a budget, and when it is whole again (draft-ietf-httpapi-ratelimit-headers)."),
        "ratelimit-policy": text("The budget that is nearest to its end."),
        "retry-after": number("In how many seconds to ask again."),
        "vary": text("What the answer depends on beside the address."),
    })
}

/// References to headers of `components`, by their names.
fn header_references(names: &[&str]) -> Value {
    let reference = |name: &&str| ((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    Value::Object(names.iter().map(reference).collect::<Map<String, Value>>())
}

#[cfg(test)]
mod tests;
