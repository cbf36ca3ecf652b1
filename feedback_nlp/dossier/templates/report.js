"use strict";
(() => {
  const form = document.getElementById("filter");
  const open = () => document.querySelectorAll("details").forEach((details) => { details.open = true; });
  addEventListener("beforeprint", open);
  if (!form) return;
  const said = document.getElementById("shown");
  const parts = [...document.querySelectorAll(".part")].map((part) => ({
    part,
    answers: [...part.querySelectorAll("article")].map((article) => ({ article, text: null })),
  }));
  const all = parts.reduce((n, { answers }) => n + answers.length, 0);
  const filter = () => {
    const words = form.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { reason: { value: reason }, step: { value: step } } = form;
    let shown = 0;
    for (const { part, answers } of parts) {
      let here = 0;
      for (const answer of answers) {
        const { article } = answer;
        const has = (word) => (answer.text ??= article.textContent.toLowerCase()).includes(word);
        const fits = (!reason || article.dataset.r === reason) && (!step || article.dataset.s === step) && words.every(has);
        if (article.hidden === fits) article.hidden = !fits;
        here += fits;
      }
      part.hidden = !here;
      shown += here;
    }
    said.textContent = `Shown: ${shown.toLocaleString("en")} of ${all.toLocaleString("en")}`;
  };
  let timer;
  form.hidden = false;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
})();
