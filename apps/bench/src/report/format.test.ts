import { expect, test } from "vitest";
import * as format from "./format.ts";

test.each([
  [format.percent(0.9734), "97.3 %"],
  [format.roundPercent(0.25), "25 %"],
  [format.loss(0.21534), "0.215"],
  [format.count(999), "999"],
  [format.count(1_234_567), "1\u202f234\u202f567"],
  [format.significant(12.345), "12.3"],
  [format.significant(1234.5), "1\u202f230"],
  [format.significant(0.012345), "0.0123"],
  [format.microseconds(0.0456), "0.0456 µs"],
  [format.microseconds(11.73), "11.7 µs"],
  [format.microseconds(1234.5), "1.23 ms"],
  [format.microseconds(2_500_000), "2.5 s"],
  [format.duration(8.66), "8.7 s"],
  [format.duration(59.7), "1 min 0 s"],
  [format.duration(83.2), "1 min 23 s"],
  [format.bytes(812_345), "812 kB"],
  [format.bytes(3_456_789), "3.46 MB"],
  [format.tiny(1.23e-7), "1.2e-7"],
  [format.tiny(0), "0"],
  [format.percent(Number.NaN), "–"],
  [format.loss(undefined), "–"],
  [format.date("2026-11-23T19:14:05.000Z"), "2026-11-23 19:14 UTC"],
  [format.date("yesterday"), "yesterday"],
])("%s reads %s", (written, expected) => {
  expect(written).toBe(expected);
});
