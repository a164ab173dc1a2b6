//! Swagger UI, embedded: its files come out of the vendored archive, nothing from other hosts.

use super::output;
use crate::api::Answer;
use std::io::{Cursor, Read};
use std::sync::LazyLock;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;

/// Only what this server gives may run or be asked. Icons in the style sheet are `data:`, and the
/// interface sets styles on its elements.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

const INDEX: &str = include_str!("swagger_ui/index.html");
const START: &str = include_str!("swagger_ui/kirjo.js");

/// A page or file of Swagger UI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// The page itself.
    Index,
    /// What starts it.
    Start,
    BaseStyle,
    Style,
    Script,
    SmallIcon,
    Icon,
}

/// The files that are taken from the archive, unpacked when first asked for.
struct Files {
    base_style: Vec<u8>,
    style: Vec<u8>,
    script: Vec<u8>,
    small_icon: Vec<u8>,
    icon: Vec<u8>,
}

static FILES: LazyLock<Result<Files, String>> = LazyLock::new(|| {
    unpack().map_err(|error| format!("unpacking the embedded Swagger UI: {error}"))
});

fn unpack() -> zip::result::ZipResult<Files> {
    let mut archive = zip::ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    let mut file = |name: &str| -> zip::result::ZipResult<Vec<u8>> {
        let wanted = format!("/dist/{name}");
        // The folder in front bears the version.
        let path = archive
            .file_names()
            .filter_map(Result::ok)
            .find(|path| path.ends_with(&wanted) && path.matches('/').count() == 2)
            .ok_or(zip::result::ZipError::FileNotFound)?
            .into_owned();
        let mut bytes = Vec::new();
        archive.by_name(&path)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    Ok(Files {
        base_style: file("index.css")?,
        style: file("swagger-ui.css")?,
        script: file("swagger-ui-bundle.js")?,
        small_icon: file("favicon-16x16.png")?,
        icon: file("favicon-32x32.png")?,
    })
}

/// Answers with a page or file.
pub(super) fn answer(page: Page) -> Answer {
    let unpacked = match FILES.as_ref() {
        Ok(files) => files,
        Err(error) => {
            tracing::error!(error, "Swagger UI cannot be shown");
            return output::Output::plain().error(500, "Swagger UI cannot be shown");
        }
    };
    let (kind, bytes) = match page {
        Page::Index => ("text/html; charset=utf-8", INDEX.as_bytes()),
        Page::Start => ("text/javascript; charset=utf-8", START.as_bytes()),
        Page::BaseStyle => ("text/css; charset=utf-8", unpacked.base_style.as_slice()),
        Page::Style => ("text/css; charset=utf-8", unpacked.style.as_slice()),
        Page::Script => ("text/javascript; charset=utf-8", unpacked.script.as_slice()),
        Page::SmallIcon => ("image/png", unpacked.small_icon.as_slice()),
        Page::Icon => ("image/png", unpacked.icon.as_slice()),
    };
    let mut headers = output::common_headers();
    headers.insert(0, ("Content-Type", kind.to_owned()));
    headers.push(("Content-Security-Policy", POLICY.to_owned()));
    Answer { status: 200, headers, body: bytes.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archive_holds_every_file() {
        for page in [
            Page::Index,
            Page::Start,
            Page::BaseStyle,
            Page::Style,
            Page::Script,
            Page::SmallIcon,
            Page::Icon,
        ] {
            let answer = answer(page);
            assert_eq!(answer.status, 200, "{page:?}");
            assert!(answer.body.len() > 100, "{page:?}");
        }
    }

    #[test]
    fn pages_name_no_other_host() {
        for text in [INDEX, START] {
            assert!(!text.contains("://"), "{text}");
        }
    }
}
