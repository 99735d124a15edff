"use strict";
// Ask whether anything has changed, and if so put the new page in the place of the old one where it is scrolled to.
const EVERY_MILLISECONDS = 200;

function fitted(frame) {
  frame.addEventListener("load", () => {
    const page = frame.contentDocument && frame.contentDocument.documentElement;
    if (page) frame.style.height = `${Math.max(page.scrollHeight, 400) + 2}px`;
  });
}

async function changed() {
  const answer = await fetch("/version", { cache: "no-store" });
  return String((await answer.json()).version) !== document.body.dataset.version;
}

async function renewed() {
  const answer = await fetch(location.href, { cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const old = document.querySelector("iframe");
  const frame = fresh.querySelector("iframe");
  if (old && frame) {
    frame.style.height = old.style.height;
    fitted(frame);
  }
  const at = scrollY;
  document.title = fresh.title;
  document.body.dataset.version = fresh.body.dataset.version;
  document.getElementById("all").replaceWith(fresh.getElementById("all"));
  scrollTo(0, at);
}

async function watch() {
  try {
    if (await changed()) await renewed();
  } catch {
    document.title = document.title.replace(/^(\(ended\) )?/, "(ended) ");
  }
  setTimeout(watch, EVERY_MILLISECONDS);
}

document.querySelectorAll("iframe").forEach((frame) => {
  fitted(frame);
  if (frame.contentDocument && frame.contentDocument.readyState === "complete") frame.dispatchEvent(new Event("load"));
});
watch();
