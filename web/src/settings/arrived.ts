/** What a person came back with from signing in elsewhere, as it stood in the address: taken before the router reads it, which makes numbers of
 * what looks like one. And what became of it, for the page that they are brought to. */

export interface Outcome {
  connected?: string;
  error?: unknown;
  redirect: string;
}

export const arrived = { redirect: location.origin + location.pathname, answer: Object.fromEntries(new URLSearchParams(location.search)) };

let outcome: Outcome | null = null;
export const leave = (became: Outcome): void => {
  outcome = became;
};
/** Once: it is news only when it is new. */
export const take = (): Outcome | null => {
  const found = outcome;
  outcome = null;
  return found;
};
