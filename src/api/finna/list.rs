//! `/api/v1/list` (finna-api §11). There are no users here, so no list is known: the answer is
//! Finna's for an unknown or private one.

use super::Refusal;
use super::paging::Paging;
use crate::api::params::Params;

/// Why there is no list, with Finna's checks in Finna's order.
pub(super) fn refusal(params: &Params) -> Refusal {
    match params.text("id") {
        None | Some("") => Refusal::bad("Missing id"),
        Some(_) => match Paging::read(params, true) {
            Err(refusal) => refusal,
            Ok(_) => Refusal { status: 404, message: "List not found".into() },
        },
    }
}
