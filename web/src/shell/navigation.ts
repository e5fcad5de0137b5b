/** Whether the navigation of a narrow page is open. */

import { useSyncExternalStore } from "react";

let open = false;
const listeners = new Set<() => void>();

const set = (to: boolean): void => {
  open = to;
  listeners.forEach((listener) => listener());
};
export const openNavigation = (): void => set(true);
export const closeNavigation = (): void => set(false);

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useNavigation = (): boolean => useSyncExternalStore(subscribe, () => open);
