//! `/Cover/Show`: the target of `images`. The image itself stays where it is; the answer says where.

use super::record::Occasion;
use super::{Finna, Refusal, output};
use crate::api::Answer;
use crate::api::params::Params;
use crate::config::Locale;
use crate::present::Document;

/// 10 × 10 transparent pixels, what Finna shows when there is no image.
const NO_IMAGE: &[u8] = b"GIF89a\x0A\x00\x0A\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00\
    !\xF9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x0A\x00\x0A\x00\x00\
    \x02\x08\x84\x8F\xA9\xCB\xED\x0F\x63\x2B\x00;";

impl Finna {
    /// A redirect to the source of the image, or a transparent image if there is none.
    pub(super) fn cover(&self, params: &Params) -> Result<Answer, Refusal> {
        let Some(address) = self.source_of_image(params)? else { return Ok(no_image()) };
        let mut headers = output::common_headers();
        headers.push(("Location", address));
        Ok(Answer { status: 302, headers, body: Vec::new() })
    }

    fn source_of_image(&self, params: &Params) -> Result<Option<String>, Refusal> {
        let Some(id) = params.text("id").filter(|id| !id.is_empty()) else { return Ok(None) };
        let index = match params.text("index") {
            None | Some("") => 0,
            Some(text) => match text.parse::<usize>() {
                Ok(index) => index,
                Err(_) => return Ok(None),
            },
        };
        let size = params.text("size").filter(|size| !size.is_empty()).unwrap_or("large");
        let mut found = self.service.records(&[id.to_owned()])?;
        let Some(stored) = found.next().transpose()? else { return Ok(None) };
        let document =
            Document::new(&stored.id, stored.format, &stored.fields, &stored.full_record);
        let address = self.presenter.image_address(
            &document,
            index,
            size,
            Occasion::search(Locale::default()),
        );
        // Nothing but an address of the web is a place to send a browser to.
        Ok(address.filter(|url| url.starts_with("http://") || url.starts_with("https://")))
    }
}

fn no_image() -> Answer {
    let mut headers = output::common_headers();
    headers.insert(0, ("Content-Type", "image/gif".to_owned()));
    Answer { status: 200, headers, body: NO_IMAGE.to_vec() }
}
