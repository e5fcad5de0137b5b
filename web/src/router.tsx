/** The addresses. What is filtered or selected is part of them. Every page but the first is loaded when it is opened. */

import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";

import { NewRequest } from "./pages/NewRequest";
import { Broken } from "./pages/Broken";
import { NotFound } from "./pages/NotFound";
import { narrowed } from "./pages/filter";
import { SHELVES, type Shelf, STRETCHES } from "./pages/search";
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
  component: lazyRouteComponent(() => import("./pages/Executions"), "Executions"),
  validateSearch: narrowed,
});

const approvals = createRoute({
  getParentRoute: () => root,
  path: "/approvals",
  component: lazyRouteComponent(() => import("./pages/Approvals"), "Approvals"),
  validateSearch: (search: Record<string, unknown>): { id?: string | undefined; past?: true | undefined } => ({ id: text(search.id), past: search.past === true || undefined }),
});

const catalog = createRoute({
  getParentRoute: () => root,
  path: "/catalog",
  component: lazyRouteComponent(() => import("./pages/Catalog"), "Catalog"),
  validateSearch: (search: Record<string, unknown>): { q?: string | undefined; shelf?: Shelf | undefined } => ({
    q: text(search.q),
    shelf: SHELVES.find((shelf) => shelf === search.shelf),
  }),
});

const entry = createRoute({ getParentRoute: () => root, path: "/catalog/$name", component: lazyRouteComponent(() => import("./pages/CatalogEntry"), "CatalogEntry") });

const metrics = createRoute({
  getParentRoute: () => root,
  path: "/metrics",
  component: lazyRouteComponent(() => import("./pages/Metrics"), "Metrics"),
  validateSearch: (search: Record<string, unknown>): { hours?: number | undefined } => ({ hours: STRETCHES.find((hours) => hours === Number(search.hours)) }),
});

const schedules = createRoute({ getParentRoute: () => root, path: "/schedules", component: lazyRouteComponent(() => import("./pages/Schedules"), "Schedules") });

const locks = createRoute({ getParentRoute: () => root, path: "/locks", component: lazyRouteComponent(() => import("./pages/Locks"), "Locks") });

const compare = createRoute({
  getParentRoute: () => root,
  path: "/compare/$one/$other",
  component: lazyRouteComponent(() => import("./pages/Compare"), "Compare"),
  validateSearch: (search: Record<string, unknown>): { step?: string | undefined } => ({ step: text(search.step) }),
});

const settings = createRoute({ getParentRoute: () => root, path: "/settings", component: lazyRouteComponent(() => import("./pages/Settings"), "Settings") });

// Where a sign-in elsewhere comes back to; what it brings is read by `settings/arrived`.
const connected = createRoute({ getParentRoute: () => root, path: "/connected/$tag", component: lazyRouteComponent(() => import("./settings/Connected"), "Connected") });

const execution = createRoute({
  getParentRoute: () => root,
  path: "/$id",
  component: lazyRouteComponent(() => import("./pages/ExecutionPage"), "ExecutionPage"),
  validateSearch: (search: Record<string, unknown>): { step?: string | undefined; tab?: string | undefined } => ({ step: text(search.step), tab: text(search.tab) }),
});

export const router = createRouter({
  routeTree: root.addChildren([start, executions, approvals, catalog, entry, metrics, compare, schedules, locks, settings, connected, execution]),
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
