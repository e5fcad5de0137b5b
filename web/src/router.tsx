/** The addresses. What is filtered or selected is part of them. */

import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";

import { Approvals } from "./pages/Approvals";
import { Catalog, type Shelf, SHELVES } from "./pages/Catalog";
import { CatalogEntry } from "./pages/CatalogEntry";
import { ExecutionPage } from "./pages/ExecutionPage";
import { Executions, type State, STATES } from "./pages/Executions";
import { NewRequest } from "./pages/NewRequest";
import { Broken } from "./pages/Broken";
import { NotFound } from "./pages/NotFound";
import { Shell } from "./shell/Shell";

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined);

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: NewRequest,
  validateSearch: (search: Record<string, unknown>): { q?: string | undefined } => ({ q: text(search.q) }),
});

const executions = createRoute({
  getParentRoute: () => root,
  path: "/executions",
  component: Executions,
  validateSearch: (search: Record<string, unknown>): { status?: State | undefined; q?: string | undefined } => ({
    status: STATES.find((state) => state === search.status),
    q: text(search.q),
  }),
});

const approvals = createRoute({
  getParentRoute: () => root,
  path: "/approvals",
  component: Approvals,
  validateSearch: (search: Record<string, unknown>): { id?: string | undefined } => ({ id: text(search.id) }),
});

const catalog = createRoute({
  getParentRoute: () => root,
  path: "/catalog",
  component: Catalog,
  validateSearch: (search: Record<string, unknown>): { q?: string | undefined; shelf?: Shelf | undefined } => ({
    q: text(search.q),
    shelf: SHELVES.find((shelf) => shelf === search.shelf),
  }),
});

const entry = createRoute({ getParentRoute: () => root, path: "/catalog/$name", component: CatalogEntry });

const execution = createRoute({
  getParentRoute: () => root,
  path: "/$id",
  component: ExecutionPage,
  validateSearch: (search: Record<string, unknown>): { step?: string | undefined; tab?: string | undefined } => ({ step: text(search.step), tab: text(search.tab) }),
});

export const router = createRouter({
  routeTree: root.addChildren([start, executions, approvals, catalog, entry, execution]),
  basepath: "/orchestrate",
  defaultPreload: false,
  defaultErrorComponent: Broken,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
