// How long a section's page is really worked on, and which questions showed an alert: sent with the form, or when the page is
// left. Nothing typed is looked at. The page /saisie/releve says all of it to whoever fills; without this file the server
// falls back on the times between two requests.

const IDLE_MS = 60_000;
const TICK_MS = 1_000;
const form = document.querySelector("#section-form[data-presence]");

function counter() {
  let active = 0;
  let last = performance.now();
  let touched = performance.now();
  const alerts = new Set();

  function tick() {
    const moment = performance.now();
    // A computer that slept gives one long tick: it counts as one tick.
    if (document.visibilityState === "visible" && moment - touched < IDLE_MS) {
      active += Math.min(moment - last, 2 * TICK_MS);
    }
    last = moment;
  }

  return {
    touch: () => {
      touched = performance.now();
    },
    tick,
    look: (root) => {
      root.querySelectorAll("[data-question]:is(.is-wrong, .is-doubtful)").forEach((question) => alerts.add(question.dataset.question));
    },
    take: () => {
      tick();
      const taken = { seconds: Math.round(active / 1000), alerts: [...alerts].join(" ") };
      active = 0;
      alerts.clear();
      return taken;
    },
  };
}

if (form) {
  const presence = counter();
  const seconds = form.querySelector("[name=presence]");
  const alerts = form.querySelector("[name=alertes]");
  let sent = false;

  for (const name of ["input", "keydown", "pointerdown", "pointermove", "scroll", "focusin"]) {
    document.addEventListener(name, presence.touch, { passive: true });
  }
  setInterval(presence.tick, TICK_MS);
  new MutationObserver(() => presence.look(form)).observe(form, { subtree: true, attributes: true, attributeFilter: ["class"] });

  form.addEventListener("submit", () => {
    const taken = presence.take();
    // A page that keeps itself stops the first submission and asks for another: what was counted before stays counted.
    seconds.value = String(Number(seconds.value) + taken.seconds);
    alerts.value = [...new Set(`${alerts.value} ${taken.alerts}`.split(" ").filter(Boolean))].join(" ");
    sent = true;
  });

  const leave = () => {
    if (sent) {
      return;
    }
    const taken = presence.take();
    if (!taken.seconds && !taken.alerts) {
      return;
    }
    const data = new FormData();
    data.set("csrf_token", form.querySelector("[name=csrf_token]").value);
    data.set("presence", String(taken.seconds));
    data.set("alertes", taken.alerts);
    navigator.sendBeacon(form.dataset.presence, data);
  };
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      leave();
    }
  });
  window.addEventListener("pagehide", leave);
  // A page shown again by the back button goes on counting.
  window.addEventListener("pageshow", () => {
    sent = false;
    seconds.value = "";
    alerts.value = "";
  });
}
