/** `node dist/training-speed/main.js [rounds] [names …]`: milliseconds, spread, rate, ratio to stock. */
import { formatResult, trainingSpeed } from "./training-speed.ts";

const [rounds = "5", ...names] = process.argv.slice(2);
await trainingSpeed(names.length > 0 ? names : undefined, Number(rounds), (result) => {
  console.log(formatResult(result));
});
