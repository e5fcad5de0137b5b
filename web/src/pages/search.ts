/** What can stand in the addresses of the pages. */

export const STATES = ["open", "waiting", "running", "paused", "completed", "failed", "cancelled"] as const;
export type State = (typeof STATES)[number];

export const SHELVES = ["tool", "agent", "read", "change"] as const;
export type Shelf = (typeof SHELVES)[number];

export const STRETCHES = [24, 168, 720] as const; // hours
