//! N17: the media type of a link.

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

/// The peer's table is of lower-case extensions and looked up as they are written.
/// The media type of a file name extension in lower case: the table of the Apache server, as the
/// peer has it.
fn of_extension(extension: &str) -> Option<&'static str> {
    if extension.is_empty() || extension.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let own =
        OWN_TYPES.iter().find(|(extensions, _)| extensions.split(' ').any(|e| e == extension));
    match own {
        Some((_, media_type)) => Some(media_type),
        None => mime_guess::from_ext(extension).first_raw(),
    }
}

/// Extensions for which the Apache table differs from that of `mime_guess`.
const OWN_TYPES: [(&str, &str); 32] = [
    ("wav", "audio/x-wav"),
    ("aac", "audio/x-aac"),
    ("aif aifc aiff", "audio/x-aiff"),
    ("flac", "audio/x-flac"),
    ("m4a", "audio/mp4"),
    ("mid rmi", "audio/midi"),
    ("adp", "audio/adpcm"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("pls", "application/pls+xml"),
    ("smi", "application/smil+xml"),
    ("psd", "image/vnd.adobe.photoshop"),
    ("pct pic", "image/x-pict"),
    ("pcx", "image/x-pcx"),
    ("dwg", "image/vnd.dwg"),
    ("dxf", "image/vnd.dxf"),
    ("dwf", "model/vnd.dwf"),
    ("wrl", "model/vrml"),
    ("emz wmz", "application/x-msmetafile"),
    ("exe msi", "application/x-msdownload"),
    ("cab", "application/vnd.ms-cab-compressed"),
    ("dmg", "application/x-apple-diskimage"),
    ("deb", "application/x-debian-package"),
    ("iso", "application/x-iso9660-image"),
    ("lzh", "application/x-lzh-compressed"),
    ("class", "application/java-vm"),
    ("java", "text/x-java-source"),
    ("c cc cpp cxx h hh", "text/x-c"),
    ("vcs", "text/x-vcalendar"),
    ("dtd", "application/xml-dtd"),
    ("wsdl", "application/wsdl+xml"),
    ("xsl", "application/xml"),
    ("xslt", "application/xslt+xml"),
];

#[cfg(test)]
mod tests {
    use super::*;

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
        ];
        for (url, format, kind, expected) in cases {
            assert_eq!(link_media_type(url, format, kind), expected, "{url} {format} {kind}");
        }
    }
}
