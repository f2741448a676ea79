// Passkeys: a form that asks the browser for one is shown where the browser knows them, and filled in before it is sent.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const create = (data) =>
    navigator.credentials.create({
      publicKey: {
        challenge: bytes(data.challenge),
        rp: { name: "jointlab" },
        user: { id: bytes(data.user), name: data.name, displayName: data.name },
        pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { userVerification: "preferred" },
        attestation: "none",
      },
    });

  const get = (data) =>
    navigator.credentials.get({
      publicKey: {
        challenge: bytes(data.challenge),
        allowCredentials: data.allow.split(",").map((id) => ({ type: "public-key", id: bytes(id) })),
        userVerification: "preferred",
      },
    });

  const plain = (found) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"])
      if (found.response[name]) response[name] = text(found.response[name]);
    return JSON.stringify({
      id: found.id, rawId: text(found.rawId), type: found.type, response, clientExtensionResults: {},
    });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[data-failed]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.textContent = "";
      try {
        const found = await (form.dataset.passkey === "create" ? create : get)(form.dataset);
        form.elements.answer.value = plain(found);
      } catch {
        failed.textContent = failed.dataset.failed;
        return;
      }
      form.submit();
    });
  }
  for (const note of document.querySelectorAll("[data-without-passkey]")) note.hidden = true;
})();
