const { } = await import("/work/main/benchmarks/dist/contests.js");
const { measurements } = await import("/work/main/benchmarks/dist/training-speed/suite.js");
const { enter } = await import("/work/main/benchmarks/dist/training-speed/contender.js");
await enter("kernels");
const call = measurements[process.argv[2]].prepare("kernels");
for (let i = 0; i < 10; i++) call();
const t = process.cpuUsage(); const n = +process.argv[3]; const w = performance.now();
for (let i = 0; i < n; i++) call();
const u = process.cpuUsage(t); console.log((u.user + u.system) / 1000 / n, "ms cpu", (performance.now() - w) / n, "wall");
