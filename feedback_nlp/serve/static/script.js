// What the pages can do more where script is on. All of them work without it.
"use strict";

const MEBIBYTE = 2 ** 20;

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const said = button.parentElement.querySelector("[data-said]");
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "The browser did not let it be copied. Select the text, and copy it yourself.";
    }
  });
}

for (const area of document.querySelectorAll("[data-submit]")) {
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) area.form.requestSubmit();
  });
}

for (const form of document.querySelectorAll("[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  const most = Number(form.dataset.most);
  const fits = () => {
    const size = input.files.length ? input.files[0].size : 0;
    input.setCustomValidity(size > most * MEBIBYTE - 4096 ? `This file is larger than ${most} MB.` : "");
    return input.reportValidity();
  };
  input.addEventListener("change", fits);
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      form.classList.add("dropping");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      if (name === "drop" || event.relatedTarget === null) form.classList.remove("dropping");
    });
  }
  document.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    if (fits()) form.requestSubmit();
  });
}

async function poll() {
  const part = document.querySelector("[data-poll]");
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const newer = page.querySelector("[data-poll]");
    if (!newer) return location.reload();
    part.querySelector("[role=status]").textContent = newer.querySelector("[role=status]").textContent;
    const value = newer.querySelector("progress").getAttribute("value");
    if (value !== null) part.querySelector("progress").setAttribute("value", value);
  } catch {
    // The program may have been stopped; it is asked again.
  }
  setTimeout(poll, 1000);
}
if (document.querySelector("[data-poll]")) setTimeout(poll, 1000);
