"use strict";
// Hits of Pagefind's index as links with their passages; what an excerpt holds is shown as text, but for its marks.
const MOST = 30;
const field = document.getElementById("words");
const told = document.getElementById("told");
const hits = document.getElementById("hits");
let latest = 0;

function passage(excerpt) {
  const parsed = new DOMParser().parseFromString(excerpt, "text/html");
  const made = document.createElement("p");
  for (const node of parsed.body.childNodes) {
    const piece = node.nodeName === "MARK" ? document.createElement("mark") : document.createElement("span");
    piece.textContent = node.textContent;
    made.append(piece);
  }
  return made;
}

function hit(data) {
  const made = document.createElement("li");
  const link = document.createElement("a");
  link.href = `.${data.raw_url ?? data.url}`;
  link.textContent = data.meta.title ?? data.url;
  made.append(link, passage(data.excerpt));
  return made;
}

async function search(pagefind) {
  const mine = (latest += 1);
  history.replaceState(null, "", `?q=${encodeURIComponent(field.value)}`);
  const found = field.value.trim() ? (await pagefind.search(field.value)).results : [];
  const shown = await Promise.all(found.slice(0, MOST).map((result) => result.data()));
  if (mine !== latest) return;
  hits.replaceChildren(...shown.map(hit));
  told.textContent = field.value.trim() ? `${found.length} versions${found.length > MOST ? `, the first ${MOST}` : ""}` : "";
}

async function start() {
  try {
    const pagefind = await import("./pagefind/pagefind.js");
    await pagefind.init();
    document.getElementById("search").hidden = false;
    field.value = new URLSearchParams(location.search).get("q") ?? "";
    field.addEventListener("input", () => search(pagefind));
    await search(pagefind);
  } catch {
    told.textContent = "Searching needs a web server: browsers do not let a page from the file system read an index.";
  }
}

start();
