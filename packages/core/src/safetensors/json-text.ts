/**
 * The first name that stands twice in one object of a valid JSON text, however it is spelled. `JSON.parse` keeps
 * the last of them and says nothing.
 */
export function repeatedName(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(undefined);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const begin = i;
      i = closingQuote(json, begin);
      const name = JSON.parse(json.slice(begin, i + 1)) as string;
      if (!isName(json, i + 1)) continue;
      const names = open.at(-1)!;
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return undefined;
}

/** How deep objects and arrays are nested, in a text that need not be JSON. */
export function nestingOf(json: string): number {
  let [depth, deepest] = [0, 0];
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === "{" || character === "[") deepest = Math.max(deepest, ++depth);
    else if (character === "}" || character === "]") depth--;
    else if (character === '"') i = closingQuote(json, i);
  }
  return deepest;
}

function closingQuote(json: string, opening: number): number {
  let at = opening + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at;
}

/** A colon follows, after white space or none. */
function isName(json: string, at: number): boolean {
  let next = at;
  while (" \t\n\r".includes(json[next]!)) next++;
  return json[next] === ":";
}
