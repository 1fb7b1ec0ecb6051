/** Which parts of a memory are taken. Addresses are in bytes. */
export interface Blocks {
  /** The address of a part that is free, the lowest there is, so that pages are used again; undefined where none is. */
  take(bytes: number): number | undefined;
  /** What was taken at `address` is free again. */
  give(address: number): void;
  /** How many bytes are taken. */
  used(): number;
  /** Up to here memory has been taken at some time. */
  touched(): number;
}

interface Hole {
  start: number;
  end: number;
}

/** Cache lines, so that no two tensors share one. */
const GRAIN = 64;
const PAGE = 4096;
/** Lines between large tensors, so that equal elements of two do not have the same place in a page: processors stall on that. */
const STAGGER = 17;

/** First fit; neighbouring holes are joined. */
export function blocks(start: number, end: number): Blocks {
  const holes: Hole[] = [{ start, end }];
  const sizes = new Map<number, number>();
  let used = 0;
  let touched = start;

  return {
    take(bytes) {
      const lines = Math.max(Math.ceil(bytes / GRAIN), 1);
      const size = (lines + (bytes >= PAGE ? STAGGER : 0)) * GRAIN;
      const at = holes.findIndex((hole) => hole.end - hole.start >= size);
      const hole = holes[at];
      if (hole === undefined) return undefined;
      const address = hole.start;
      hole.start += size;
      if (hole.start === hole.end) holes.splice(at, 1);
      sizes.set(address, size);
      used += size;
      touched = Math.max(touched, hole.start);
      return address;
    },

    give(address) {
      const size = sizes.get(address);
      if (size === undefined) return;
      sizes.delete(address);
      used -= size;
      const next = holes.findIndex((hole) => hole.start > address);
      const at = next < 0 ? holes.length : next;
      const [before, after] = [holes[at - 1], holes[at]];
      const end = address + size;
      const joinsAfter = after?.start === end;
      if (before?.end === address) {
        before.end = joinsAfter ? after!.end : end;
        if (joinsAfter) holes.splice(at, 1);
      } else if (joinsAfter) after!.start = address;
      else holes.splice(at, 0, { start: address, end });
    },

    used: () => used,
    touched: () => touched,
  };
}
