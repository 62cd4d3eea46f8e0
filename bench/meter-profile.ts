import { Session } from 'node:inspector/promises';

/** Runs the work under V8's sampling profiler. @returns lines: share and name of the ten hottest */
export async function topTen(work: () => Promise<unknown>): Promise<string[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const names = new Map(
    profile.nodes.map(({ id, callFrame }) => {
      const file = callFrame.url.split('/').slice(-2).join('/');
      return [id, `${callFrame.functionName || '(unnamed)'} ${file}`.trim()];
    }),
  );
  const times = new Map<string, number>();
  let total = 0;
  (profile.samples ?? []).forEach((id, i) => {
    const name = names.get(id) ?? '?';
    const micros = profile.timeDeltas?.[i] ?? 0;
    if (name.startsWith('(idle)')) return;
    times.set(name, (times.get(name) ?? 0) + micros);
    total += micros;
  });
  return [...times]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 10)
    .map(([name, micros]) => `${((100 * micros) / total).toFixed(1).padStart(5)} %  ${name}`);
}
