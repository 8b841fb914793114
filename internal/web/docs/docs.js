"use strict";
// Renders the OpenAPI document of this program. All text goes into the page as text, never as markup.
const words = {
  zh: { groups: "其他", params: "参数", body: "送来的内容", answers: "回答", example: "例子", must: "必填", none: "没有找到", found: n => n + " 个接口", open: "不用登录", signed: "要登录", other: "English", fail: "接口文档没有读到，请刷新", name: "名称", type: "类型", note: "说明" },
  en: { groups: "Other", params: "Parameters", body: "Body", answers: "Answers", example: "Example", must: "required", none: "Nothing found", found: n => n + " calls", open: "no sign-in", signed: "sign-in", other: "中文", fail: "The document could not be read; reload the page", name: "Name", type: "Type", note: "Note" },
};
let lang = new URLSearchParams(location.search).get("lang") || (navigator.language || "zh").slice(0, 2);
if (lang !== "en") lang = "zh";
let doc = null;

function el(tag, text, cls) {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  if (cls) e.className = cls;
  return e;
}

function resolve(s) {
  return s && s.$ref ? doc.components.schemas[s.$ref.split("/").pop()] : s;
}

function typeOf(s) {
  if (!s) return "";
  if (s.$ref) return s.$ref.split("/").pop();
  const t = [].concat(s.type || "").filter(x => x !== "null").join("|");
  if (t === "array") return typeOf(s.items) + "[]";
  const bounds = [s.minimum !== undefined ? "≥ " + s.minimum : "", s.maximum !== undefined ? "≤ " + s.maximum : "", s.maxLength !== undefined ? "≤ " + s.maxLength : ""].filter(Boolean).join(", ");
  return t + (s.format ? " (" + s.format + ")" : "") + (s.enum ? ": " + s.enum.join(" | ") : "") + (bounds ? " " + bounds : "");
}

function table(rows) {
  const w = words[lang], t = el("table"), head = el("tr");
  for (const h of [w.name, w.type, w.note]) head.append(el("th", h));
  t.append(head);
  for (const [name, type, note] of rows) {
    const r = el("tr"), c = el("td");
    c.append(el("code", name));
    r.append(c, el("td", type), el("td", note));
    t.append(r);
  }
  return t;
}

function members(schema) {
  const s = resolve(schema);
  if (!s || !s.properties) return null;
  const must = s.required || [];
  return table(Object.entries(s.properties).filter(([k]) => k !== "$schema").map(([k, p]) =>
    [k, typeOf(p), [must.includes(k) ? words[lang].must : "", p.description || ""].filter(Boolean).join(" · ")]));
}

function content(parent, c) {
  for (const [kind, m] of Object.entries(c || {})) {
    parent.append(el("p", kind + (m.schema && m.schema.$ref ? " · " + typeOf(m.schema) : "")));
    const t = members(m.schema);
    if (t) parent.append(t);
    if (m.example !== undefined) {
      const d = el("details");
      d.append(el("summary", words[lang].example), el("pre", typeof m.example === "string" ? m.example : JSON.stringify(m.example, null, 2)));
      parent.append(d);
    }
  }
}

function fill(d, path, op) {
  const w = words[lang];
  d.append(el("p", op.description || ""));
  if (op.parameters && op.parameters.length) {
    d.append(el("h3", w.params), table(op.parameters.map(p => [p.name, p.in + " · " + typeOf(p.schema), [p.required ? w.must : "", p.description || ""].filter(Boolean).join(" · ")])));
  }
  if (op.requestBody) {
    d.append(el("h3", w.body));
    content(d, op.requestBody.content);
  }
  d.append(el("h3", w.answers));
  for (const [status, r] of Object.entries(op.responses).sort()) {
    const a = el("details");
    a.append(el("summary", status + " " + (r.description || "")));
    content(a, r.content);
    d.append(a);
  }
}

function call(path, method, op) {
  const d = el("details"), s = el("summary");
  d.id = op.operationId;
  s.append(el("span", method.toUpperCase(), "method"), el("code", path), el("span", (op.summary || "") + " · " + (op.security ? words[lang].signed : words[lang].open), "about"));
  d.append(s);
  d.addEventListener("toggle", () => { if (d.open && d.childElementCount === 1) fill(d, path, op); });
  return d;
}

function draw() {
  const w = words[lang], main = document.getElementById("calls"), q = document.getElementById("find").value.trim().toLowerCase();
  document.documentElement.lang = lang;
  document.getElementById("lang").textContent = w.other;
  for (const e of document.querySelectorAll("[data-zh]")) e.textContent = e.dataset[lang];
  if (!doc) return;
  main.replaceChildren();
  const groups = new Map();
  let n = 0;
  for (const path of Object.keys(doc.paths).sort()) {
    for (const method of ["get", "post", "put", "patch", "delete"]) {
      const op = doc.paths[path][method];
      if (!op || q && !(method + " " + path + " " + (op.summary || "") + " " + (op.description || "")).toLowerCase().includes(q)) continue;
      const g = path.split("/")[1] || w.groups;
      if (!groups.has(g)) {
        groups.set(g, el("section"));
        groups.get(g).append(el("h2", "/" + g));
      }
      groups.get(g).append(call(path, method, op));
      n++;
    }
  }
  main.append(...groups.values());
  if (!n) main.append(el("p", w.none));
  document.getElementById("count").textContent = w.found(n);
  const aim = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (aim) { aim.open = true; aim.scrollIntoView(); }
}

document.getElementById("lang").addEventListener("click", () => { lang = lang === "zh" ? "en" : "zh"; draw(); });
document.getElementById("find").addEventListener("input", draw);
draw();
fetch("/api/openapi.json").then(r => r.ok ? r.json() : Promise.reject(r.status)).then(d => { doc = d; draw(); })
  .catch(() => { document.getElementById("calls").replaceChildren(el("p", words[lang].fail)); });
