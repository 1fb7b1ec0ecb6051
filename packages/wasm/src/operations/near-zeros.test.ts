import fc from "fast-check";
import { expect, test } from "vitest";
import { rowsNearZero } from "./near-zeros.ts";

const frequency = fc.oneof(
  fc.double({ min: 0, max: 10, noNaN: true }),
  fc.double({ min: -7, max: 0, noNaN: true }).map((power) => 10 ** power),
  // near a zero again and again
  fc.integer({ min: 1, max: 500 }).map((n) => Math.PI / n),
  fc.integer({ min: 1, max: 500 }).map((n) => (Math.PI / n) * (1 + 1e-6)),
  fc.constantFrom(0, -0.3, 1, Math.PI / 4, 2 ** -40, 5e-324),
);

test("every position where the sine of the double angle is below the least is listed, and few others", () => {
  const place = fc.tuple(fc.integer({ min: 0, max: 2 ** 18 }), fc.integer({ min: 1, max: 5000 }));
  fc.assert(
    fc.property(
      frequency,
      place,
      fc.constantFrom(2 ** -21, 1e-4, 1e-2),
      (frequency, [first, rows], least) => {
        const found = rowsNearZero(Float64Array.of(frequency), least, first, rows);
        const sine = (position: number) => Math.abs(Math.sin(2 * frequency * position));
        if (found === undefined) {
          const many = Math.min(200, first + rows);
          let near = 0;
          for (let p = 0; p < first + rows && near < many; p++) if (sine(p) < 1.06 * least) near++;
          expect(near).toBe(many);
          return;
        }
        const listed = new Set(found);
        for (let row = 0; row < rows; row++) {
          const one = sine(first + row);
          if (one < 0.999 * least && !listed.has(row)) expect.fail(`row ${row} is not listed`);
          if (one < 1.06 * least) listed.delete(row);
        }
        expect([...listed]).toEqual([]);
      },
    ),
    { numRuns: 500 },
  );
});

test.each([1e-2, 2 ** -21])("what comes back to a zero after n steps, sine below %d", (least) => {
  for (let n = 2; n <= 250; n++) {
    const found = rowsNearZero(Float64Array.of(Math.PI / (2 * n)), least, 0, 2 * n);
    const near = [...Array(2 * n).keys()].filter((p) => Math.abs(Math.sin((Math.PI * p) / n)) < least);
    expect(found && [...found].sort((a, b) => a - b)).toEqual(near);
  }
});

test("what all frequencies have is listed once; positions too far are not told of", () => {
  const both = rowsNearZero(Float64Array.of(Math.PI / 200, Math.PI / 300), 1e-6, 50, 1000);
  expect([...both!].sort((a, b) => a - b)).toEqual([
    50, 100, 150, 250, 350, 400, 450, 550, 650, 700, 750, 850, 950,
  ]);
  expect(rowsNearZero(Float64Array.of(1), 1e-6, 2 ** 24 - 10, 11)).toBeUndefined();
});
