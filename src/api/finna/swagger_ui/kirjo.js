"use strict";
// Shows the document that `?url=` names, of this server only: the page must not become a frame for
// documents of others.
const asked = new URLSearchParams(location.search).get("url") || "/api?openapi";
const address = new URL(asked, location.origin);
window.ui = SwaggerUIBundle({
  url: address.origin === location.origin ? address.href : "/api?openapi",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
