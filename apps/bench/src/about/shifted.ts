/** "9", or "(9 + offset)" where there is an offset. */
export const shifted = (position: number, offset: unknown): string =>
  offset ? `(${position} + ${offset})` : String(position);
