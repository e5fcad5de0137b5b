/** What was read from the server, kept while it is fresh. */

import { QueryClient } from "@tanstack/react-query";

import { Problem } from "./client";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal stays a refusal; a server that is away may come back.
      retry: (count, error) => !(error instanceof Problem) && count < 2,
      staleTime: 1000,
    },
  },
});
