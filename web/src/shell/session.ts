/** Whether the server has refused us for want of a sign-in. */

import { useSyncExternalStore } from "react";

import { queries } from "../api/cache";
import { api, whenSignedOut } from "../api/client";

let out = false;
const listeners = new Set<() => void>();

const set = (to: boolean): void => {
  if (out === to) return;
  out = to;
  listeners.forEach((listener) => listener());
};

whenSignedOut(() => set(true));

export function signedIn(): void {
  queries.clear();
  set(false);
}

export async function signOut(): Promise<void> {
  await api.signOut();
  queries.clear();
  set(true);
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useSignedOut = (): boolean => useSyncExternalStore(subscribe, () => out);
