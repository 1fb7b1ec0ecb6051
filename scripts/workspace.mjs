// Installs what pnpm-lock.yaml names, then runs `turbo <arguments>`. Needs only Node and npm.
// `npx` takes pnpm from node_modules once it is there, and from the registry before that.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

const needed = manifest.engines.node.match(/\d+/g).map(Number);
const found = process.versions.node.split(".").map(Number);
if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  console.error(
    `posenc needs Node ${manifest.engines.node}; this is Node ${process.versions.node} (${process.execPath}).`,
  );
  process.exit(1);
}

run(
  "npx",
  "--yes",
  manifest.packageManager.split("+")[0],
  "install",
  "--frozen-lockfile",
  "--prefer-offline",
  "--reporter=append-only",
  "--loglevel=warn",
);
run("turbo", ...process.argv.slice(2)); // npm run puts node_modules/.bin on PATH

function run(command, ...parameters) {
  const { error, status } = spawnSync(command, parameters, {
    cwd: root,
    env: { ...process.env, DO_NOT_TRACK: "1", TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" },
    shell: process.platform === "win32", // npx and turbo are .cmd files there
    stdio: "inherit",
  });
  if (error) throw error;
  if (status !== 0) process.exit(status === null ? 1 : status);
}
