/** The axis of working time, from the inline start. */

export const percent = (x: number): string => `${Math.min(100, Math.max(0, x * 100))}%`;

/** Round places for four to six lines. */
export function ticks(length: number): number[] {
  const raw = length / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const apart = [1, 2, 2.5, 5, 10].map((m) => m * power).find((m) => m >= raw)!;
  return Array.from({ length: Math.floor(length / apart) + 1 }, (_, place) => place * apart).filter((x) => x < length * 0.95);
}
