/** Durations and money as they are written. */

export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)}ms`;
  if (seconds < 60) return `${seconds.toFixed(1)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${String(Math.floor(seconds % 60)).padStart(2, "0")}s`;
  return `${Math.floor(seconds / 3600)}h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}m`;
}

export const money = (dollars: number): string => `$${dollars.toFixed(dollars > 0 && dollars < 0.01 ? 4 : 2)}`;

/** Seconds from one ISO time to another, or to now. */
export const between = (start: string, end: string | null | undefined): number => ((end ? Date.parse(end) : Date.now()) - Date.parse(start)) / 1000;
