/** Who is signed in, and what they may do: the server refuses all the rest, the page does not offer it. */

import { useQuery } from "@tanstack/react-query";

import type { Me } from "../api/client";
import { meQuery } from "../api/queries";

export function useMe(): { me: Me | undefined; may: (action: string) => boolean } {
  const me = useQuery(meQuery).data;
  return { me, may: (action) => me?.may.includes(action) ?? false };
}

export type Role = Me["role"];
export const ROLES: readonly Role[] = ["viewer", "member", "admin", "owner"];

/** Those that one may give and take. */
export const reached = (own: Role | undefined): readonly Role[] => (own === undefined ? [] : ROLES.slice(0, ROLES.indexOf(own) + 1));
