import "./styles/index.css";

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";

import "./settings/arrived"; // before the router

import { queries } from "./api/cache";
import { router } from "./router";
import { followSystemTheme } from "./theme";

followSystemTheme();
createRoot(document.getElementById("root")!).render(
  <QueryClientProvider client={queries}>
    <RouterProvider router={router} />
  </QueryClientProvider>,
);
