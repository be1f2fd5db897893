"use strict";
// Compares two texts in the browser, without a server: texts come as scripts (a page may not read its neighbours from
// a file system). Lines are matched first, then words within lines that are alike; nothing of either text is left out.
const policyCorpus = (() => {
  const MOST_STEPS = 3000; // edits that are looked for; two texts with more between them are told as replaced
  const LEAST_ALIKE = 0.4; // share of words that makes two lines one that changed
  const LEAST_MOVED = 24; // characters of a line that is told as moved
  const texts = new Map();
  const waiting = new Map();

  // Shortest edit script (Myers 1986): pairs [i, j] of what is equal in both, in order.
  function matches(a, b) {
    let start = 0;
    let end = 0;
    while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
    while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
    const n = a.length - start - end;
    const m = b.length - start - end;
    const pairs = [];
    for (let k = 0; k < start; k += 1) pairs.push([k, k]);
    for (const [i, j] of middle(a.slice(start, start + n), b.slice(start, start + m))) pairs.push([i + start, j + start]);
    for (let k = end; k > 0; k -= 1) pairs.push([a.length - k, b.length - k]);
    return pairs;
  }

  function middle(a, b) {
    const trace = [];
    let reach = new Map([[1, 0]]);
    for (let d = 0; d <= Math.min(a.length + b.length, MOST_STEPS); d += 1) {
      trace.push(reach);
      const next = new Map(reach);
      for (let k = -d; k <= d; k += 2) {
        const down = k === -d || (k !== d && (next.get(k - 1) ?? -1) < (next.get(k + 1) ?? -1));
        let x = down ? next.get(k + 1) : next.get(k - 1) + 1;
        while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
        next.set(k, x);
        if (x >= a.length && x - k >= b.length) return backtrack(trace, a.length, b.length);
      }
      reach = next;
      if (d > 200 && trace.length * reach.size > 4e6) return [];
    }
    return [];
  }

  function backtrack(trace, n, m) {
    const pairs = [];
    let x = n;
    let y = m;
    for (let d = trace.length - 1; d >= 0 && (x > 0 || y > 0); d -= 1) {
      const k = x - y;
      const reach = trace[d];
      const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      const before = down ? k + 1 : k - 1;
      const beforeX = reach.get(before) ?? 0;
      const beforeY = beforeX - before;
      while (x > beforeX && y > beforeY && x > 0 && y > 0) pairs.push([(x -= 1), (y -= 1)]);
      if (d > 0) [x, y] = [beforeX, beforeY];
    }
    return pairs.reverse();
  }

  // A link's brackets and target stand between signs of no text, so that they are never taken for words.
  const marked = (text) =>
    text.replace(/[\uE000-\uE002]/g, "\uFFFD").replace(/\[([^[\]\n]*)\]\(([^()\s]*)\)/g, "\uE000$1\uE001$2\uE002");
  const linesOf = (text) => marked(text).split("\n").filter((line) => line.trim());
  const wordsOf = (line) => line.match(/\uE001[^\uE002]*\uE002|[\p{L}\p{N}\p{M}]+|\s+|[^\p{L}\p{N}\p{M}\s]/gu) ?? [];
  const withoutMarks = (text) => text.replace(/\uE001[^\uE002]*\uE002|\uE000|\*\*|~~|\\(?=[^\p{L}\p{N}\s])/gu, "");

  function alike(a, b) {
    const had = new Map();
    for (const word of a) had.set(word, (had.get(word) ?? 0) + 1);
    let shared = 0;
    for (const word of b) {
      const left = had.get(word) ?? 0;
      if (left > 0) shared += word.trim() ? 1 : 0;
      had.set(word, left - 1);
    }
    const count = (words) => words.filter((word) => word.trim()).length;
    return (2 * shared) / Math.max(1, count(a) + count(b));
  }

  // Lines that went and lines that came in one place: those that are alike go together, in order.
  function rowsOfGap(gone, come) {
    const rows = [];
    let at = 0;
    for (const line of gone) {
      const words = wordsOf(line);
      let best = -1;
      let most = LEAST_ALIKE;
      for (let j = at; j < Math.min(come.length, at + 40); j += 1) {
        const share = alike(words, wordsOf(come[j]));
        if (share > most) [best, most] = [j, share];
      }
      if (best < 0) {
        rows.push({ op: "removed", pieces: [["delete", line]] });
      } else {
        for (; at < best; at += 1) rows.push({ op: "added", pieces: [["insert", come[at]]] });
        rows.push({ op: "changed", pieces: piecesOf(words, wordsOf(come[at])) });
        at += 1;
      }
    }
    for (; at < come.length; at += 1) rows.push({ op: "added", pieces: [["insert", come[at]]] });
    return rows;
  }

  function piecesOf(a, b) {
    const pieces = [];
    const add = (op, words) => {
      if (words.length) pieces.push([op, words.join("")]);
    };
    let [i, j] = [0, 0];
    for (const [x, y] of islandsJoined(matches(a, b), a).concat([[a.length, b.length]])) {
      add("delete", a.slice(i, x));
      add("insert", b.slice(j, y));
      if (x < a.length) {
        if (pieces.length && pieces.at(-1)[0] === "equal") pieces.at(-1)[1] += a[x];
        else pieces.push(["equal", a[x]]);
      }
      [i, j] = [x + 1, y + 1];
    }
    return pieces;
  }

  // A space, or a word or two, that stayed between changes is told as changed too: so it reads better.
  function islandsJoined(pairs, a) {
    const kept = [];
    for (let start = 0; start < pairs.length; ) {
      let end = start + 1;
      while (end < pairs.length && pairs[end][0] === pairs[end - 1][0] + 1 && pairs[end][1] === pairs[end - 1][1] + 1) end += 1;
      const run = pairs.slice(start, end);
      const words = run.filter(([i]) => /[\p{L}\p{N}]/u.test(a[i])).length;
      const isEdge = start === 0 || end === pairs.length;
      if (isEdge || words > 2) kept.push(...run);
      start = end;
    }
    return kept;
  }

  function compare(before, after) {
    const a = linesOf(before);
    const b = linesOf(after);
    const rows = [];
    let [i, j] = [0, 0];
    for (const [x, y] of matches(a, b).concat([[a.length, b.length]])) {
      rows.push(...rowsOfGap(a.slice(i, x), b.slice(j, y)));
      if (x < a.length) rows.push({ op: "equal", pieces: [["equal", a[x]]] });
      [i, j] = [x + 1, y + 1];
    }
    return markMoved(rows);
  }

  function markMoved(rows) {
    const come = new Map();
    for (const row of rows) if (row.op === "added") come.set(row.pieces[0][1].trim(), row);
    for (const row of rows) {
      const line = row.pieces[0][1].trim();
      const other = row.op === "removed" && line.length >= LEAST_MOVED ? come.get(line) : undefined;
      if (other && other.op === "added") [row.op, other.op] = ["moved-from", "moved-to"];
    }
    return rows;
  }

  // -- the page

  const TAGS = { delete: "del", insert: "ins" };

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // Words as they are read; where nothing but a link's target changed, the target.
  function shownText(op, text) {
    const shown = withoutMarks(text);
    return op in TAGS && !shown.trim() ? text.replace(/\uE001([^\uE002]*)\uE002/g, " <$1>").replace(/\uE000/g, "") : shown;
  }

  function rowElement(row) {
    const line = row.pieces.map((piece) => piece[1]).join("");
    const heading = /^\s*(#{1,6})\s/.exec(line);
    const item = /^(\s*)([*+-]|\d+[.)])\s/.exec(line);
    const made = element(heading ? `h${Math.max(2, heading[1].length)}` : "p", row.op === "equal" ? "" : row.op);
    if (item) made.classList.add("item");
    if (row.op === "moved-from") made.append(element("small", "", "moved away: "));
    if (row.op === "moved-to") made.append(element("small", "", "moved here: "));
    row.pieces.forEach(([op, text], place) => {
      const plain = shownText(op, text);
      const shown = place > 0 ? plain : plain.replace(/^\s*#{1,6}\s+/, "").replace(/^\s*[*+-]\s+/, "• ");
      const isMoved = row.op.startsWith("moved");
      made.append(op in TAGS && !isMoved ? element(TAGS[op], "", shown) : shown);
    });
    return made;
  }

  function show(rows, onlyChanges) {
    const place = document.getElementById("redline");
    place.replaceChildren();
    let skipped = 0;
    const tellSkipped = () => {
      const told = element("p", "left-out", `… ${skipped} ${skipped === 1 ? "line" : "lines"} unchanged …`);
      [told.lang, told.dir] = ["en", "ltr"]; // whatever the text is written in
      if (skipped) place.append(told);
      skipped = 0;
    };
    for (const row of rows) {
      if (/^[\s>|:-]*---[\s>|:-]*$/.test(row.pieces.map((piece) => piece[1]).join(""))) continue; // the line under a table's head
      if (onlyChanges && row.op === "equal") {
        skipped += 1;
      } else {
        tellSkipped();
        place.append(rowElement(row));
      }
    }
    tellSkipped();
  }

  function figures(rows) {
    const words = { delete: 0, insert: 0 };
    for (const row of rows) {
      if (row.op.startsWith("moved")) continue;
      for (const [op, text] of row.pieces) if (op in words) words[op] += (text.match(/[\p{L}\p{N}]+/gu) ?? []).length;
    }
    const moved = rows.filter((row) => row.op === "moved-to").length;
    return `${words.insert} words added, ${words.delete} removed, ${moved} ${moved === 1 ? "line" : "lines"} moved`;
  }

  function textOf(name) {
    if (texts.has(name)) return Promise.resolve(texts.get(name));
    return new Promise((resolve, reject) => {
      waiting.set(name, resolve);
      const script = element("script");
      script.src = `${encodeURIComponent(name)}.js`;
      script.onerror = () => reject(new Error(`The text ${name} is missing.`));
      document.head.append(script);
    });
  }

  function take(name, text) {
    texts.set(name, text);
    waiting.get(name)?.(text);
  }

  function start() {
    const [from, to, swap, only] = ["from", "to", "swap", "only"].map((id) => document.getElementById(id));
    const told = document.getElementById("told");
    let latest = 0;
    const update = async () => {
      const mine = (latest += 1);
      history.replaceState(null, "", `#${from.value}..${to.value}`);
      told.textContent = "Comparing …";
      try {
        const [before, after] = await Promise.all([textOf(from.value), textOf(to.value)]);
        if (mine !== latest) return;
        const rows = compare(before, after);
        show(rows, only.checked);
        told.textContent = before === after ? "Both have the same text." : `${figures(rows)}.`;
      } catch (error) {
        told.textContent = error.message;
      }
    };
    const asked = /^#([\w-]+)\.\.([\w-]+)$/.exec(location.hash);
    if (asked) {
      for (const [field, name] of [[from, asked[1]], [to, asked[2]]]) {
        if ([...field.options].some((option) => option.value === name)) field.value = name;
      }
    }
    swap.addEventListener("click", () => {
      [from.value, to.value] = [to.value, from.value];
      update();
    });
    for (const field of [from, to, only]) field.addEventListener("change", update);
    document.getElementById("choice").hidden = false;
    update();
  }

  if (document.getElementById("choice")) start();
  return { compare, take };
})();
