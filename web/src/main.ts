/** The page at /orchestrate: a request, its execution, the recent ones. The address is the state. */

import { api, type Execution, Problem } from "./api";
import { h, value, visible } from "./dom";
import { badge, executionView } from "./execution";
import { date, EXAMPLES, language, setLanguage, t } from "./text";

const main = h("main");
const problem = h("p", { class: "problem", role: "alert" });
let close = (): void => {};

function fail(error: unknown): void {
  if (error instanceof Problem && error.status === 401) showSignIn();
  else problem.textContent = error instanceof Problem ? error.message : t("noConnection");
}

function go(path: string): void {
  history.pushState(null, "", path);
  show();
}

function show(): void {
  close();
  close = () => {};
  problem.textContent = "";
  document.body.replaceChildren(header(), main, h("div", { class: "toast" }, problem));
  const id = /^\/orchestrate\/([0-9a-f-]{36})$/.exec(location.pathname)?.[1];
  if (id === undefined) showStart();
  else {
    const view = executionView(id, fail);
    close = view.close;
    main.replaceChildren(view.element);
  }
}

function header(): HTMLElement {
  const other = language() === "he" ? "en" : "he";
  const home = (event: Event): void => {
    event.preventDefault();
    go("/orchestrate");
  };
  return h(
    "header",
    {},
    h("a", { href: "/orchestrate", class: "brand", click: home }, h("span", { class: "logo", "aria-hidden": "true" }, "♫"), t("title")),
    h("span", { class: "spring" }),
    h("a", { href: "/orchestrate", class: "button", click: home }, t("new")),
    h("button", { type: "button", lang: other, click: () => { setLanguage(other); show(); } }, t("language")),
  );
}

function showStart(): void {
  const text = h("textarea", { id: "query", dir: "auto", rows: "3", maxlength: "20000", placeholder: t("placeholder"), required: true });
  const send = h("button", { type: "submit", class: "primary" }, t("send"));

  async function submit(): Promise<void> {
    if (text.value.trim() === "") {
      text.focus();
      return;
    }
    send.disabled = true;
    problem.textContent = "";
    try {
      go(`/orchestrate/${(await api.submit(text.value)).id}`);
    } catch (error) {
      fail(error);
    } finally {
      send.disabled = false;
    }
  }

  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void submit();
  });
  const chips = EXAMPLES[language()].map((example) =>
    h("button", { type: "button", class: "chip", click: () => { text.value = example; text.focus(); } }, example),
  );
  const recent = h("ul", { class: "recent" });
  const form = h(
    "form",
    { class: "ask", submit: (event) => { event.preventDefault(); void submit(); } },
    h("h1", {}, h("label", { for: "query" }, t("ask"))), text, h("div", { class: "actions" }, send),
  );
  main.replaceChildren(form, h("div", { class: "chips", role: "group", "aria-label": t("examples") }, ...chips), h("h2", { class: "section" }, t("recent")), recent);
  text.focus();
  void showRecent(recent);
}

async function showRecent(list: HTMLElement): Promise<void> {
  try {
    const { items } = await api.list();
    list.replaceChildren(...items.map(recentRow));
    if (items.length === 0) list.append(h("li", { class: "hint" }, t("none")));
  } catch (error) {
    fail(error);
  }
}

function recentRow(execution: Execution): HTMLElement {
  const path = `/orchestrate/${execution.id}`;
  const open = (event: Event): void => {
    event.preventDefault();
    go(path);
  };
  return h("li", {}, h("a", { href: path, click: open }, badge(execution.status), value(execution.request), h("time", {}, visible(date(execution.createdAt)))));
}

function showSignIn(): void {
  const token = h("input", { type: "password", id: "token", dir: "ltr", autocomplete: "current-password", required: true });
  main.replaceChildren(
    h(
      "form",
      {
        class: "ask",
        submit: (event) => {
          event.preventDefault();
          api.signIn(token.value).then(show, refused);
        },
      },
      h("h1", {}, t("signIn")), h("label", { for: "token" }, t("token")), token,
      h("div", { class: "actions" }, h("button", { type: "submit", class: "primary" }, t("signIn"))),
    ),
  );
  token.focus();
}

function refused(error: unknown): void {
  problem.textContent = error instanceof Problem ? error.message : t("noConnection");
}

addEventListener("popstate", show);
setLanguage(language());
show();
