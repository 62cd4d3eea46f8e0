import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import { call, problemText, type Query } from './api.ts';

/** One answer of the service, and how it stands with it. */
export interface Loaded<Answer> {
  /** What came last: it stays while it is loaded again. */
  readonly data: Accessor<Answer | undefined>;
  readonly loading: Accessor<boolean>;
  readonly problem: Accessor<string>;
  readonly reload: () => void;
  /** Puts an answer that came another way in the place of what stands. */
  readonly put: (answer: Answer) => void;
}

/**
 * Loads what an address answers, again when that changes. Another address empties what stood.
 * @param path undefined: nothing for the present
 */
export function createLoaded<Answer>(
  path: Accessor<string | undefined>,
  query: Accessor<Query> = () => ({}),
): Loaded<Answer> {
  const [data, setData] = createSignal<Answer>();
  const [loading, setLoading] = createSignal(false);
  const [problem, setProblem] = createSignal('');
  let running: AbortController | undefined;
  const load = async (): Promise<void> => {
    running?.abort();
    const asked = path();
    if (asked === undefined) return;
    running = new AbortController();
    const { signal } = running;
    setLoading(true);
    try {
      const answer = await call<Answer>(asked, { query: query(), signal });
      setData(() => answer);
      setProblem('');
    } catch (error) {
      if (signal.aborted) return;
      setProblem(problemText(error));
    } finally {
      if (!signal.aborted) setLoading(false);
    }
  };
  createEffect(
    on(path, (_now, before) => {
      if (before !== undefined) setData(undefined);
      void load();
    }),
  );
  createEffect(on(query, () => void load(), { defer: true }));
  onCleanup(() => running?.abort());
  return {
    data,
    loading,
    problem,
    reload: () => void load(),
    put: (answer) => setData(() => answer),
  };
}
