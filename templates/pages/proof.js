// The proof of work of a sign-up form (S08): the browser finds the number that a challenge was made from, by trying.
// Whatever fails here, the form is sent without a proof; the server then holds it to stricter limits.
"use strict";
(() => {
  const AT_ONCE = 256;
  const PATIENCE = 20000;

  const hex = (buffer) => Array.from(new Uint8Array(buffer), (octet) => octet.toString(16).padStart(2, "0")).join("");

  async function solved(address) {
    const { algorithm, challenge, salt, maxnumber, signature } = await (await fetch(address)).json();
    const encoder = new TextEncoder();
    const tried = async (number) => hex(await crypto.subtle.digest(algorithm, encoder.encode(salt + number))) === challenge;
    for (let first = 0; first <= maxnumber; first += AT_ONCE) {
      const numbers = Array.from({ length: AT_ONCE }, (_, place) => first + place);
      const found = (await Promise.all(numbers.map(tried))).indexOf(true);
      if (found >= 0) return btoa(JSON.stringify({ algorithm, challenge, number: first + found, salt, signature }));
    }
    return "";
  }

  for (const form of document.querySelectorAll("form[data-challenge]")) {
    const late = () => new Promise((resolve) => setTimeout(resolve, PATIENCE, ""));
    let work = null;
    const begin = () => (work ??= Promise.race([solved(form.dataset.challenge), late()]).catch(() => ""));
    form.addEventListener("focusin", begin, { once: true });
    const button = form.querySelector("button");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true; // a proof serves once, and so does a press
      form.elements.proof.value = await begin();
      form.submit();
    });
    addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
  }
})();
