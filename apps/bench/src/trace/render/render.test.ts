import { expect, test } from "vitest";
import { lossChart } from "./chart.ts";
import { bar, heatMap, picture } from "./shades.ts";
import { cut, styleFor, width, wrap } from "./style.ts";

const style = styleFor(40, false);

test("wrap keeps the width, indents what follows the lead, and breaks what cannot be kept whole", () => {
  const lines = wrap(style, `one two three ${"x".repeat(90)} ${"four ".repeat(20).trim()}`, "  - ");
  for (const line of lines) expect(width(line)).toBeLessThanOrEqual(40);
  expect(lines[0]!.startsWith("  - one two")).toBe(true);
  for (const line of lines.slice(1)) expect(line.startsWith("    ")).toBe(true);
  expect(lines.join("").replaceAll(" ", "")).toBe(`-onetwothree${"x".repeat(90)}${"four".repeat(20)}`);
});

test("the width is kept between 40 and 100, and is 80 unless known", () => {
  expect([10, 77, 300, undefined, 0].map((columns) => styleFor(columns, false).columns)).toEqual([
    40, 77, 100, 80, 80,
  ]);
});

test("cut counts characters", () => {
  expect(cut("★★★★", 3)).toBe("★★…");
  expect(cut("★★★", 3)).toBe("★★★");
});

test("the chart's columns are as high as the losses", () => {
  const lines = lossChart([2, 1, 0.5, 0.25], 2, 80);
  const heights = [0, 6, 12, 18].map(
    (at) => lines.slice(0, 8).filter((line) => [...line][9 + at] === "█").length,
  );
  expect(heights).toEqual([8, 4, 2, 1]);
  expect(lines[0]).toContain("2.00");
  expect(lines.at(-1)!.trim()).toMatch(/^epoch 1 +2$/);
  expect([...lines.at(-1)!].indexOf("2")).toBe(9 + 12);
});

test("many steps become means, and fit", () => {
  const lines = lossChart([...new Array(320).fill(1), ...new Array(320).fill(0)], 64, 80);
  for (const line of lines) expect(width(line)).toBeLessThanOrEqual(80);
  expect(lines[0]!.match(/█/g)).toHaveLength(35);
  expect(lossChart([], 64, 80)).toEqual([]);
  expect(lossChart([0, 0], 1, 80).join("")).not.toContain("█");
});

test("pictures, heat maps and bars", () => {
  const { lines, shown, scale } = picture([new Array(100).fill(0), new Array(100).fill(1)], 40);
  expect(shown).toBe(32);
  expect(lines[0]).toBe(`     0 │${" ".repeat(32)}│`);
  expect(lines[1]).toBe(`     1 │${"█".repeat(32)}│`);
  expect(scale).toContain("0.00");
  expect(picture([[2, 2]], 40).lines[0]).not.toContain("█");

  const [header, first] = heatMap(
    [
      [1, 0],
      [0.5, 0.5],
    ],
    ["★", "suddenly"],
  );
  expect(header).toContain("sudd…");
  expect(first).toContain("100 ██");

  expect(bar(0.5, 10)).toBe("█████");
  expect(bar(0, 10)).toBe("");
  expect(bar(1, 10)).toBe("██████████");
});
