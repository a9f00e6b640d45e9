// What every page gets: the token for htmx requests, focus on the errors, and a guard against sending a form twice.
// Each page works without this file.

const token = document.querySelector('meta[name="csrf-token"]')?.content;

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get" && token) {
    event.detail.headers["X-CSRFToken"] = token;
  }
});

function focusErrors(root) {
  root.querySelector("[data-focus]")?.focus();
}

focusErrors(document);
document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));

// A second click while the first is on its way would only answer with a conflict.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) {
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "true";
  // An answer that is a file leaves the page where it is: the form must be usable again.
  setTimeout(() => form.removeAttribute("data-sent"), 5000);
});

// A page shown again by the back button may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => form.removeAttribute("data-sent"));
});
