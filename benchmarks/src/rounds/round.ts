/** The time of one call, in milliseconds, as the mean of the calls of a round. */
export interface Round {
  /** Processor time of the whole process: what other processes do counts less than in time by the clock. */
  readonly cpu: number;
  readonly wall: number;
  readonly calls: number;
}

/** Calls, again and again, until so many milliseconds of processor time are used. */
export async function timeRound(call: () => unknown, milliseconds: number): Promise<Round> {
  const started = performance.now();
  const before = process.cpuUsage();
  let [calls, batch] = [0, 1];
  for (;;) {
    for (let i = 0; i < batch; i++) {
      const pending = call();
      if (pending instanceof Promise) await pending;
    }
    calls += batch;
    const { user, system } = process.cpuUsage(before);
    const [cpu, wall] = [(user + system) / 1000, performance.now() - started];
    if (cpu >= milliseconds) return { cpu: cpu / calls, wall: wall / calls, calls };
    if (cpu < milliseconds / 20) batch *= 2; // asking for the time takes as long as a short call
  }
}
