import type { Answer } from "./process-player.ts";
import type { Job, Player } from "./suite.ts";

/** What a child process does: it prepares the job in its arguments, and times a round each time it is told to. */
export async function serve<J extends Job>(play: (job: J) => Promise<Player>): Promise<void> {
  process.on("SIGINT", () => {}); // the parent, which gets it too, ends this process
  for (const event of ["SIGTERM", "disconnect"]) process.on(event, () => process.exit());
  const send = (answer: Answer) => void process.send!(answer);
  const attempt = (work: () => Promise<void>) =>
    work().catch((error: unknown) => send({ is: "failed", message: oneLine(error) }));

  await attempt(async () => {
    const player = await play(JSON.parse(process.argv[2]!) as J);
    process.on("message", () => attempt(async () => send({ is: "round", round: await player.round() })));
    send({ is: "ready", readiness: player.readiness });
  });
}

export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split("\n")[0]!.slice(0, 300);
}
