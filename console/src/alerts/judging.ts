import { batch, createSignal, onCleanup } from 'solid-js';
import type {
  AlertRow,
  JudgeAlerts,
  Judged,
  JudgedMatching,
  JudgeMatching,
  People,
} from '../../../src/serve/wire.ts';
import { plural } from '../parts/words.ts';
import { call } from '../service/api.ts';
import { complain, say } from '../shell/toasts.tsx';

/** What a person says of alerts. */
export type Judgement = JudgeAlerts['judgement'];

/** All alerts that filters find, and how many they were when a person was told. */
export type Matching = Omit<JudgeMatching, 'judgement'>;

/** What a change is about: alerts, each as it was seen, or all that match. */
export type Meant = readonly AlertRow[] | Matching;

const matches = (meant: Meant): meant is Matching => 'count' in meant;

/** How many alerts a change is about. */
export const countOf = (meant: Meant): number => (matches(meant) ? meant.count : meant.length);

/** Hears of rows as they are now; `many`: more than are told one by one. */
type Listener = (rows: readonly AlertRow[] | 'many') => void;

const listeners = new Set<Listener>();
const [lastAction, setLastAction] = createSignal<{ id: string; told: string }>();
const [people, setPeople] = createSignal<People['people']>([]);
let asked = false;

/** Everybody whom an alert can be given to; loaded when first asked for. */
export function everybody(): People['people'] {
  if (!asked) {
    asked = true;
    call<People>('/api/people').then(
      (answer) => setPeople(answer.people),
      () => {
        asked = false;
      },
    );
  }
  return people();
}

/** A person's name; nobody: ''. */
export const nameOf = (id: string | null): string =>
  id === null ? '' : (everybody().find((one) => one.id === id)?.name ?? id);

/** Calls `then` with alerts that this window judged, as long as the component stands. */
export function onJudged(then: Listener): void {
  listeners.add(then);
  onCleanup(() => listeners.delete(then));
}

const tell = (rows: readonly AlertRow[] | 'many'): void => {
  batch(() => {
    for (const listener of listeners) listener(rows);
  });
};

function wordsOf(count: number, { state, verdict, assignee }: Judgement): string {
  const what = plural(count, 'alert');
  if (state === 'resolved') return `${what} resolved${verdict ? `: ${verdict}` : ''}.`;
  if (state === 'open') return `${what} opened again.`;
  if (assignee !== undefined) {
    return assignee === null ? `${what} given to nobody.` : `${what} given to ${nameOf(assignee)}.`;
  }
  return `${what} changed.`;
}

const post = <Answer>(path: string, body: unknown): Promise<Answer> =>
  call<Answer>(path, { method: 'POST', body });

async function judgeMatching(matching: Matching, judgement: Judgement): Promise<JudgedMatching> {
  const body = { ...matching, judgement } satisfies JudgeMatching;
  const judged = await post<JudgedMatching>('/api/alerts/judge-matching', body);
  tell('many');
  return judged;
}

async function judgeEach(rows: readonly AlertRow[], judgement: Judgement): Promise<JudgedMatching> {
  const targets = rows.map(({ id, version }) => ({ id, version }));
  const body = { targets, judgement } satisfies JudgeAlerts;
  const { action, alerts } = await post<Judged>('/api/alerts/judge', body);
  tell(alerts);
  return { action, count: alerts.length };
}

/** Judges alerts, says so, and offers to take it back. @returns whether the service took it */
export async function judge(meant: Meant, judgement: Judgement): Promise<boolean> {
  try {
    const { action, count } = matches(meant)
      ? await judgeMatching(meant, judgement)
      : await judgeEach(meant, judgement);
    const told = wordsOf(count, judgement);
    setLastAction({ id: action, told });
    say(told, { title: 'Undo', run: () => void undo(action) });
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** Takes an action back; without one, the last of this window. */
export async function undo(action = lastAction()?.id): Promise<void> {
  if (action === undefined) {
    say('There is nothing to undo: nothing was changed in this window yet.');
    return;
  }
  try {
    const { alerts } = await post<Judged>('/api/alerts/undo', { action });
    tell(alerts);
    if (lastAction()?.id === action) setLastAction(undefined);
    say(`Taken back: ${plural(alerts.length, 'alert')} as before.`);
  } catch (error) {
    complain(error);
  }
}

const [trail, setTrailSignal] = createSignal<Trail>({ ids: [], at: undefined });

/** A list that was looked at, in its order, and the alert that was opened of it. */
interface Trail {
  readonly ids: readonly string[];
  readonly at: string | undefined;
}

/** Keeps the list, so that the alert's page goes through it, and back to where it was left. */
export const setTrail = (next: Trail): void => {
  setTrailSignal(next);
};

/** The alert that was opened last. */
export const trailAt = (): string | undefined => trail().at;

/** The alert so many steps from another in the list that was looked at. */
export function onTrail(from: string, steps: number): string | undefined {
  const { ids } = trail();
  const at = ids.indexOf(from);
  return at < 0 ? undefined : ids[at + steps];
}

/** Moves along the list. */
export const stepTrail = (to: string): void => {
  setTrailSignal((old) => ({ ...old, at: to }));
};
