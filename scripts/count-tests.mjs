// Prints vitest's own counts of the last run as the one line `N passed, N failed`.
import { readFileSync } from "node:fs";

const report = new URL("../node_modules/.cache/unit.json", import.meta.url);
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, "utf8"));
  console.log(
    `${numPassedTests} passed, ${numFailedTests || (numPassedTests ? 0 : numFailedTestSuites)} failed`,
  );
} catch (error) {
  console.error(`no test report: ${error.message}`);
  console.log("0 passed, 1 failed");
}
