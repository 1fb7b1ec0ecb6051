import { describe, expect, test } from "vitest";
import { rowOf, type Task } from "./task.ts";
import { tasks } from "./tasks.ts";

const COUNT = 20_000;
const { nearest, agent, first } = tasks;

/** The sample as words, with its answer as a word. */
function spelled(task: Task, count = COUNT) {
  const samples = task.generate(count, 11);
  return Array.from(samples.labels, (label, i) => ({
    words: Array.from(rowOf(samples, i), (token) => task.words[token]!),
    answer: task.labels[label]!,
  }));
}

/** Answers by rules of their own, on words instead of numbers; undefined for a tie. */
function nearestByRings(words: string[]): string | undefined {
  const star = words.indexOf("★");
  for (let ring = 1; ring < words.length; ring++) {
    const found = [words[star - ring], words[star + ring]].filter((word) => /^[A-D]$/.test(word ?? ""));
    if (found.length > 0) return found.length === 1 ? found[0] : undefined;
  }
  return undefined;
}
const firstByText = (words: string[]) => /[ABCD]/.exec(words.join(""))![0];
const agentByGrammar = (words: string[]) =>
  /\b(dog|man|cat|girl|fox|king|bird|wolf)\b.* (?:bit|saw|chased|caught) .*\b(?:dog|man|cat|girl|fox|king|bird|wolf)\b/.exec(
    words.join(" "),
  )![1];

const rules: [Task, (words: string[]) => string | undefined][] = [
  [nearest, nearestByRings],
  [first, firstByText],
  [agent, agentByGrammar],
];

test.each(rules)("$name: every label is right", (task, rule) => {
  for (const { words, answer } of spelled(task)) expect(rule(words)).toBe(answer);
});

test("agent: two different nouns, one verb between them, fillers elsewhere", () => {
  const kindOf = (word: string) => {
    const id = agent.words.indexOf(word);
    return id < 8 ? "N" : id < 12 ? "V" : ".";
  };
  const shapes = new Set<string>();
  for (const { words } of spelled(agent)) {
    const kinds = words.map(kindOf).join("");
    expect(kinds.replaceAll(".", "")).toBe("NVN");
    expect(words[kinds.indexOf("N")]).not.toBe(words[kinds.lastIndexOf("N")]);
    shapes.add(kinds);
  }
  expect(shapes.size).toBe((10 * 9 * 8) / 6);
});

test.each(Object.values(tasks))("$name: every answer is as frequent as the others", (task) => {
  const { labels } = task.generate(COUNT, 5);
  const expected = COUNT / task.classes;
  const deviation = Math.sqrt(expected * (1 - 1 / task.classes));
  for (let label = 0; label < task.classes; label++) {
    const count = labels.filter((other) => other === label).length;
    expect(Math.abs(count - expected)).toBeLessThan(4.5 * deviation);
  }
});

/** All ways to place the star and the four letters on ten places; the other symbols change no answer. */
function* placements(places: number[] = []): Generator<string[]> {
  if (places.length === 5) {
    const words = Array<string>(10).fill("·");
    places.forEach((place, i) => {
      words[place] = "★ABCD"[i]!;
    });
    yield words;
    return;
  }
  for (let place = 0; place < 10; place++) if (!places.includes(place)) yield* placements([...places, place]);
}

describe("ceiling without positions", () => {
  test.each([
    ["nearest", nearest, nearestByRings],
    ["first", first, firstByText],
  ] as const)(
    "%s: the symbols are always the same and each letter is the answer equally often: 1/4",
    (_, task, rule) => {
      for (const { words } of spelled(task)) expect(new Set(words).size).toBe(10);

      const counts: Record<string, number> = {};
      for (const words of placements()) {
        const answer = rule(words);
        if (answer !== undefined) counts[answer] = (counts[answer] ?? 0) + 1;
      }
      const frequencies = Object.values(counts);
      const total = frequencies.reduce((a, b) => a + b);
      expect(Object.keys(counts).sort()).toEqual(["A", "B", "C", "D"]);
      expect(Math.max(...frequencies) / total).toBe(task.ceilings.withoutPositions.accuracy);
    },
  );

  test("agent: either noun of a pair is the answer equally often: 1/2, reached by naming one of the two", () => {
    const pairs = new Map<string, Map<string, number>>();
    for (const { words, answer } of spelled(agent)) {
      const pair = words.filter((word) => agent.labels.includes(word)).sort();
      expect(pair).toContain(answer);
      const counts = pairs.get(pair.join()) ?? new Map<string, number>();
      pairs.set(pair.join(), counts.set(answer, (counts.get(answer) ?? 0) + 1));
    }
    expect(pairs.size).toBe((8 * 7) / 2);
    for (const counts of pairs.values()) {
      const [a, b] = [...counts.values()] as [number, number];
      expect(Math.abs(a - b)).toBeLessThan(4.5 * Math.sqrt(a + b));
    }
    expect(agent.ceilings.withoutPositions.accuracy).toBe(1 / 2);
  });
});

describe("ceiling with a symmetric distance", () => {
  /** Every pair of tokens with the distance between them, in one order whatever the sequence. */
  const distances = (words: string[]) =>
    words.flatMap((a, i) => words.slice(i + 1).map((b, j) => `${[a, b].sort().join(" ")} ${j + 1}`)).sort();

  test.each([
    ["agent", agent, agentByGrammar],
    ["first", first, firstByText],
  ] as const)("%s: a mirror image has the same distances and another answer: 1/2", (_, task, rule) => {
    for (const { words, answer } of spelled(task, 2000)) {
      const mirrored = words.toReversed();
      expect(distances(mirrored)).toEqual(distances(words));
      expect(rule(mirrored)).toBeDefined();
      expect(rule(mirrored)).not.toBe(answer);
    }
    expect(task.ceilings.symmetricDistance?.accuracy).toBe(1 / 2);
  });

  test("nearest has none: distances decide it", () => {
    for (const { words, answer } of spelled(nearest, 2000))
      expect(nearestByRings(words.toReversed())).toBe(answer);
    expect(nearest.ceilings.symmetricDistance).toBeUndefined();
  });
});
