/** A flag that may come several times: `--option dim=64 --option pairing=interleaved`. */
export const several = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/**
 * `name=value`, each name once; a value is a number, true, false, null or other JSON, and else a text.
 *
 * @throws RangeError naming the flag
 */
export function readPairs(flag: string, given: readonly string[] = []): Record<string, unknown> {
  const pairs = given.map((text): [string, unknown] => {
    const at = text.indexOf("=");
    if (at < 1) throw new RangeError(`export: ${flag} must be name=value, got ${JSON.stringify(text)}`);
    return [text.slice(0, at), parsedValue(flag, text.slice(at + 1))];
  });
  const again = pairs.find(([name], i) => pairs.findIndex(([other]) => other === name) < i);
  if (again !== undefined)
    throw new RangeError(`export: ${flag} must name each option once, got ${JSON.stringify(again[0])} again`);
  return Object.fromEntries(pairs);
}

function parsedValue(flag: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/^\s*[[{"]/.test(text)) return text;
    throw new RangeError(
      `export: ${flag} must have JSON after = where that begins with [, { or ", got ${text}: ${(error as Error).message}`,
    );
  }
}
