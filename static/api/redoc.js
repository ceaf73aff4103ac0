// Shows the description that the page names, without fonts from elsewhere.
const place = document.getElementById("description");
Redoc.init(place.dataset.url, { theme: { typography: { fontFamily: "system-ui, sans-serif" } } }, place);
