//! N17: the media type of a link.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Kinds of links that are pictures whatever their address says.
const PICTURE_KINDS: [&str; 10] = [
    "fullres",
    "image_small",
    "image_thumb",
    "image_medium",
    "image_large",
    "large",
    "medium",
    "square",
    "thumb",
    "zoomview",
];

/// Extensions of programs: the address says nothing about what they answer.
const PROGRAMS: [&str; 11] =
    ["php", "pl", "phtml", "pht", "asp", "rb", "py", "js", "aspx", "asmx", "ashx"];

/// Media type from a stated format (`application/pdf` or `pdf`), else from the extension of the
/// address, else from the kind of link (`image_large`); empty if none of them tells.
pub fn link_media_type(url: &str, format: &str, kind: &str) -> String {
    let url = super::trim(url);
    if url.is_empty() {
        return String::new();
    }
    if format.split_once('/').is_some_and(|(_, subtype)| !subtype.is_empty()) {
        return format.to_owned();
    }
    if let Some(found) = of_extension(format) {
        return found.to_owned();
    }
    let extension = url_extension(url);
    if !PROGRAMS.contains(&extension)
        && extension != "swf"
        && let Some(found) = of_extension(extension)
    {
        return found.to_owned();
    }
    let kind = super::titles::lower(kind);
    if PICTURE_KINDS.contains(&kind.as_ref()) { "image/jpeg".to_owned() } else { String::new() }
}

/// What stands after the last period of the last segment of the path; empty if nothing does.
fn url_extension(url: &str) -> &str {
    let rest = url.split(['?', '#']).next().unwrap_or("");
    let path = match rest.split_once("://") {
        Some((_, after)) => after.split_once('/').map_or("", |(_, path)| path),
        None => rest,
    };
    let segment = path.rsplit('/').next().unwrap_or("");
    segment.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Extension in lower case → media type, for what the reference's table is known to hold.
static TYPES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("media_types.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(' '))
        .flat_map(|(media_type, all)| all.split(' ').map(move |extension| (extension, media_type)))
        .collect()
});

/// The media type of a file name extension; `PDF` is none. Newer types than those of the list, such
/// as `glb`, are in `mime_guess`.
fn of_extension(extension: &str) -> Option<&'static str> {
    if extension.is_empty() || extension.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let known = TYPES.get(extension).copied();
    known.or_else(|| mime_guess::from_ext(extension).first_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_extension_stands_once() {
        let text = include_str!("media_types.txt");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let count = lines.map(|line| line.split(' ').skip(1).count()).sum::<usize>();
        assert_eq!(TYPES.len(), count);
        assert!(count > 900, "{count}");
    }

    #[test]
    fn sources_of_the_type() {
        let cases = [
            ("", "image/png", "", ""),
            ("https://x/a.pdf", "", "", "application/pdf"),
            ("https://x/a.pdf", "image/png", "", "image/png"),
            ("https://x/a", "jpg", "", "image/jpeg"),
            ("https://x/a.PDF", "JPG", "", ""),
            ("https://x/a.wav", "", "", "audio/x-wav"),
            ("https://x/a.flac", "", "", "audio/x-flac"),
            ("https://x/a.aiff", "", "", "audio/x-aiff"),
            ("https://x/a.mov", "", "", "video/quicktime"),
            ("https://x/a.mp4?x=1.pdf", "", "", "video/mp4"),
            ("https://x/a.php", "", "", ""),
            ("https://x/a.php", "", "image_Large", "image/jpeg"),
            ("https://x.pdf", "", "", ""),
            ("https://x/a.b/c", "", "", ""),
            ("https://x/a.", "image/", "", ""),
            ("https://x/a.xlsm", "", "", "application/vnd.ms-excel.sheet.macroenabled.12"),
            ("https://x/a.cdf", "", "", "application/x-netcdf"),
            ("https://x/a.xml", "", "", "application/xml"),
            ("https://x/a.glb", "", "", "model/gltf-binary"),
            ("https://x/a", "glTF", "", ""),
        ];
        for (url, format, kind, expected) in cases {
            assert_eq!(link_media_type(url, format, kind), expected, "{url} {format} {kind}");
        }
    }
}
