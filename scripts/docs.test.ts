/** Runs every code block of the documentation. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { command } from "../apps/bench/src/command.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
  ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
].filter((page) => page.endsWith(".md") && existsSync(join(root, page)));

// where every package that a block imports can be found
const folder = join(root, "examples", ".blocks");

interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(({ 1: language, 2: body, index }) => ({
    language: language!,
    text: body!,
    line: text.slice(0, index).split("\n").length,
  }));
}

/** Code that registers tests itself cannot run inside of one. */
const registersTests = (text: string): boolean => text.includes("@posenc/conformance");

async function run(page: string, { text, line }: Block): Promise<void> {
  const file = join(folder, `${page.replaceAll(/\W/g, "-")}-${line}.ts`);
  writeFileSync(file, `${text}\nexport {};\n`);
  await import(/* @vite-ignore */ pathToFileURL(file).href);
}

mkdirSync(folder, { recursive: true });
beforeAll(() => void vi.spyOn(console, "log").mockImplementation(() => {}));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(pages)("%s", (page) => {
  const blocks = blocksOf(page);

  test("has no code that cannot be run here", () => {
    expect(blocks.filter(({ language }) => !["ts", "sh", "text"].includes(language))).toEqual([]);
  });

  for (const block of blocks.filter(({ language, text }) => language === "ts" && !registersTests(text))) {
    test(`the code in line ${block.line} runs`, () => run(page, block));
  }

  for (const { text, line } of blocks.filter(({ language }) => language === "sh")) {
    test(`the commands in line ${line} exist`, async () => {
      for (const each of text.trim().split("\n")) await checkCommand(each.replace(/\s*#.*$/, ""));
    });
  }

  test("its links lead somewhere", () => {
    const text = readFileSync(join(root, page), "utf8");
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)) {
      expect(existsSync(join(root, dirname(page), target!)), target).toBe(true);
    }
  });
});

for (const page of pages) {
  for (const block of blocksOf(page).filter(({ text }) => registersTests(text))) await run(page, block);
}

const scripts = Object.keys(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts as object);

/** npm's own commands, scripts that exist, and `posenc` with flags that it takes. */
async function checkCommand(line: string): Promise<void> {
  const [program, verb, ...rest] = line.split(/\s+/) as [string, string, ...string[]];
  expect(["npm", "npx"], line).toContain(program);
  if (program === "npx") return expect(["changeset"], line).toContain(verb);
  if (verb === "install") return;
  const script = verb === "run" ? rest[0]! : verb;
  expect(scripts, line).toContain(script);
  if (script !== "posenc") return;
  const errors: string[] = [];
  const output = {
    write: () => {},
    errors: (text: string) => void errors.push(text),
    columns: 80,
    interactive: false,
  };
  const code = await command([...rest.slice(2), "--help"], output, new AbortController().signal);
  expect(errors.join(""), line).toBe("");
  expect(code, line).toBe(0);
}
