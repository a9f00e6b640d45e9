// Threads that have been in sight for a moment count as read: their own form says so in the background.
// Without this file the button « Marquer comme lu » does the same.

const LOOKED_MS = 1500;

function sayRead(form) {
  const data = new FormData(form);
  data.set("beacon", "1");
  fetch(form.action, { method: "POST", body: data, credentials: "same-origin" })
    .then((answer) => {
      if (answer.status === 204) {
        form.remove();
      }
    })
    .catch(() => {
      // The mark waits for another visit: the button is still there.
    });
}

const timers = new Map();
const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    clearTimeout(timers.get(target));
    if (isIntersecting) {
      timers.set(
        target,
        setTimeout(() => {
          watcher.unobserve(target);
          sayRead(target);
        }, LOOKED_MS),
      );
    }
  }
});

document.querySelectorAll("form[data-talk-read]").forEach((form) => watcher.observe(form));
