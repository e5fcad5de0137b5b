/** What the server said of an error, as the reader should read it. */

import { useTold } from "../i18n/told";
import { Value } from "./bidi";

export function Told({ detail, cure }: { detail: string; cure?: string | null | undefined }) {
  return <Value text={useTold()({ detail, cure })} />;
}
