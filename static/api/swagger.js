// Shows the description that the page names; a key entered under "Authorize" stays in this page.
const place = document.getElementById("description");
SwaggerUIBundle({ url: place.dataset.url, domNode: place, deepLinking: true, validatorUrl: null });
